using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Loadstone.LoadEngine.Http;
using Loadstone.LoadEngine.Steps;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.WebSockets;

/// <summary>Where the parts of a WebSocket step are measured, each an operation of its own.</summary>
/// <param name="Open">The opening of the connection.</param>
/// <param name="Join">The first message.</param>
/// <param name="Message">The messages.</param>
/// <param name="Reaction">What is said to messages that came in.</param>
internal readonly record struct WebSocketParts(int Open, int Join, int Message, int Reaction);

/// <summary>A WebSocket step, compiled. Each time it is done is a <see cref="WebSocketSession"/>.</summary>
internal sealed class WebSocketOperation : Operation
{
    // RFC 6455 §1.3.
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const string KeyVariable = "websocket.key";

    private readonly RequestTemplate _opening;
    private readonly int _keySlot;

    /// <param name="parts">Where it is measured.</param>
    /// <param name="step">The step.</param>
    /// <param name="data">Where its templates draw from.</param>
    /// <param name="scenario">The scenario it belongs to.</param>
    /// <param name="origins">Where it may connect to.</param>
    public WebSocketOperation(WebSocketParts parts, WebSocketStep step, PlanData data, string scenario, Origins origins)
    {
        (Parts, Step) = (parts, step);
        var profile = data.ProfileOf(scenario);
        _keySlot = data.SlotOf(scenario, KeyVariable);
        IdSlot = data.SlotOf(scenario, "message.id");
        TextSlot = data.SlotOf(scenario, "message.text");
        var path = HttpUrlOf(step.Path);
        Origin = origins.Of(path).ForSockets(data.Http.Proxy);
        _opening = new RequestTemplate(OpeningOf(step, path), new Destination("GET", Origin, null), data, scenario);
        Join = MessageOf(step.Join?.Message, step.Join?.Reply, data, scenario);
        Message = MessageOf(step.Messages?.Message, step.Messages?.Reply, data, scenario);
        Reaction = MessageOf(step.Reactions?.Message, null, data, scenario);
        Interval = new Waiting(step.Messages?.Interval ?? DurationDistribution.Always(TimeSpan.Zero), profile);
        Delay = new Waiting(step.Reactions?.Delay ?? DurationDistribution.Always(TimeSpan.Zero), profile);
        Hold = new Waiting(step.Hold ?? DurationDistribution.Always(TimeSpan.Zero), profile);
        // Made ahead of the run: it takes a while.
        if (step.Messages?.Size is not null)
            RuntimeHelpers.RunClassConstructor(typeof(RandomText).TypeHandle);
        Reacts = step.Reactions is { } reactions ? Decision.ByChance(reactions.Probability, profile) : _ => false;
    }

    public WebSocketParts Parts { get; }

    public WebSocketStep Step { get; }

    public Origin Origin { get; }

    public OutgoingMessage? Join { get; }

    public OutgoingMessage? Message { get; }

    public OutgoingMessage? Reaction { get; }

    public Waiting Interval { get; }

    public Waiting Delay { get; }

    public Waiting Hold { get; }

    public Func<VirtualUser, bool> Reacts { get; }

    public int IdSlot { get; }

    public int TextSlot { get; }

    public override async ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs)
    {
        using var session = new WebSocketSession(this, user);
        return await session.RunAsync(dueNs);
    }

    /// <summary>Writes the opening request (RFC 6455 §4.1) with a key of its own, and returns that: others may open beside it.</summary>
    public string WriteOpening(ByteWriter writer, VirtualUser user)
    {
        Span<byte> key = stackalloc byte[16];
        BitConverter.TryWriteBytes(key, user.Random.Next());
        BitConverter.TryWriteBytes(key[8..], user.Random.Next());
        var text = user.Variables[_keySlot] = Convert.ToBase64String(key);
        var cookies = user.HasCookies ? user.CookiesFor(Origin.UrlOf(_opening.PathFor(user))) : null;
        _opening.Write(writer, user, new Destination("GET", Origin, null), withBody: false, cookies);
        return text;
    }

    /// <summary>Whether the answer to the opening takes it (RFC 6455 §4.1). Returns null, or the error's name.</summary>
    public string? Check(HttpConnection connection, string key)
    {
        if (connection.Head.Status != 101)
            return StatusErrors.Of(connection.Head.Status);
#pragma warning disable CA5350 // The protocol demands SHA-1; it protects nothing here.
        var expected = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
#pragma warning restore CA5350
        var chosen = ResponseHead.ValuesOf(connection.HeadBytes, "sec-websocket-protocol");
        return ResponseHead.ValuesOf(connection.HeadBytes, "sec-websocket-accept") is [var accept] && accept == expected
            && ResponseHead.ValuesOf(connection.HeadBytes, "upgrade") is [var upgrade] && upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase)
            && chosen.All(c => Step.Subprotocols?.Contains(c) == true)
            ? null
            : ErrorTypes.MalformedResponse;
    }

    private static HttpStep OpeningOf(WebSocketStep step, string path)
    {
        var headers = new Dictionary<string, string>(step.Headers ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase)
        {
            ["Connection"] = "Upgrade",
            ["Upgrade"] = "websocket",
            ["Sec-WebSocket-Version"] = "13",
            ["Sec-WebSocket-Key"] = "{{" + KeyVariable + "}}",
        };
        if (step.Subprotocols is { } offered)
            headers["Sec-WebSocket-Protocol"] = string.Join(", ", offered);
        return new HttpStep { Path = path, Headers = headers };
    }

    // ws and wss are http and https until the connection is open (RFC 6455 §3).
    private static string HttpUrlOf(string path) => path.StartsWith("ws", StringComparison.OrdinalIgnoreCase) ? "http" + path[2..] : path;

    private static OutgoingMessage? MessageOf(System.Text.Json.Nodes.JsonNode? message, WebSocketReply? reply, PlanData data, string scenario)
    {
        if (message is null)
            return null;
        var builder = new CompiledTemplate.Builder(data, scenario);
        var text = message is System.Text.Json.Nodes.JsonValue value && value.TryGetValue<string>(out var plain)
            ? builder.AddTemplate(plain, Escaping.None)
            : builder.AddJson(message);
        var path = reply is not null && JsonPath.TryParse(reply.Id, out var parsed) ? parsed : null;
        return new OutgoingMessage(text.Build(), path, (reply?.Timeout ?? TimeSpan.Zero).Ticks * 100);
    }
}

/// <summary>A message to be sent, and how its answer is known.</summary>
/// <param name="Text">The message.</param>
/// <param name="ReplyId">Where an answer has the id of what it answers; null when none is waited for.</param>
/// <param name="TimeoutNs">The longest wait for it.</param>
internal sealed record OutgoingMessage(CompiledTemplate Text, JsonPath? ReplyId, long TimeoutNs);
