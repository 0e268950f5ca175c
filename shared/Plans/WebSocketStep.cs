using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>
/// One WebSocket connection (RFC 6455) from opening to close: opened, joined, messages sent and answered, what comes in reacted to,
/// held open, closed. Every part but the opening and the close may be left out.
/// </summary>
public sealed record WebSocketStep : Step
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(120);

    /// <summary>A path on the environment's first base URL, or a whole ws(s) or http(s) URL on one of them. A template.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Headers of the opening request. Values are templates.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The subprotocols that are offered, the liked most first, at most 20; null for none.</summary>
    public IReadOnlyList<string>? Subprotocols { get; init; }

    /// <summary>The longest the opening may take; 1 ms to 10 min.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a ping goes out, 100 ms to 10 min; null for never.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan? PingInterval { get; init; }

    /// <summary>What is sent first; null for nothing.</summary>
    public WebSocketJoin? Join { get; init; }

    /// <summary>What is sent then; null for nothing.</summary>
    public WebSocketMessages? Messages { get; init; }

    /// <summary>What is said to messages that come in; null for nothing.</summary>
    public WebSocketReactions? Reactions { get; init; }

    /// <summary>What must come in; null for anything.</summary>
    public WebSocketExpectation? Expect { get; init; }

    /// <summary>How long the connection stays open after the last send; null closes it when the last awaited answer is there.</summary>
    public DurationDistribution? Hold { get; init; }

    /// <summary>The longest wait for the other side to close too; 1 ms to 10 min.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    internal override string InWords => $"{Name} over a WebSocket to {Path.Split('?')[0]}"
        + (Messages is { } messages ? $", {messages.Count} messages, {messages.Interval.InWords} apart" : "")
        + (Reactions is { } reactions ? $", reacting {reactions.Probability.InWords} after {reactions.Delay.InWords}" : "")
        + (Expect is { } expect ? $", with at least {expect.MinMessagesPerMinute} messages a minute coming in" : "")
        + (Hold is { } hold ? $", open for another {hold.InWords}" : "");

    internal override IEnumerable<StepTemplate> Templates() => StepTemplate.InMap("headers", Headers).Prepend(new("path", Path))
        .Concat(Join?.Templates() ?? []).Concat(Messages?.Templates() ?? []).Concat(Reactions?.Templates() ?? []);

    internal static WebSocketStep Read(DocumentNode node)
    {
        var absent = new WebSocketStep();
        var step = new WebSocketStep
        {
            Path = node.RequestPath("ws", "wss", "http", "https"),
            Headers = node.Headers(),
            Subprotocols = ReadSubprotocols(node),
            ConnectTimeout = node.Seconds("connect_timeout", TimeSpan.FromMilliseconds(1), Longest) ?? absent.ConnectTimeout,
            PingInterval = node.Seconds("ping_interval", TimeSpan.FromMilliseconds(100), Longest),
            Join = WebSocketJoin.Read(node),
            Messages = WebSocketMessages.Read(node),
            Reactions = WebSocketReactions.Read(node),
            Expect = WebSocketExpectation.Read(node),
            Hold = DurationDistribution.Read(node, "hold", LongestHold),
            CloseTimeout = node.Seconds("close_timeout", TimeSpan.FromMilliseconds(1), Longest) ?? absent.CloseTimeout,
        };
        return step with { Name = $"WS {step.Path.Split('?')[0]}" };
    }

    private static IReadOnlyList<string>? ReadSubprotocols(DocumentNode node)
    {
        var all = node.Texts("subprotocols", 20, 200);
        foreach (var (name, i) in all.Select((name, i) => (name, i)).Where(p => p.name.AsSpan().IndexOfAny(" ,;\"\r\n") >= 0))
            node.Error($"subprotocols[{i}]", $"is not the name of a subprotocol: {name}");
        return all.Count == 0 ? null : all;
    }
}
