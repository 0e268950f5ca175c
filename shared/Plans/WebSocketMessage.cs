using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>The first message of a connection.</summary>
public sealed record WebSocketJoin
{
    /// <summary>The message: a text, or a JSON object or list whose texts are templates. <c>{{message.id}}</c> is unique to it.</summary>
    public JsonNode? Message { get; init; }

    /// <summary>What answers it; null when nothing is waited for.</summary>
    public WebSocketReply? Reply { get; init; }

    internal static WebSocketJoin? Read(DocumentNode parent)
    {
        if (parent.Object("join") is not { } node)
            return null;
        var join = new WebSocketJoin { Message = WebSocketMessage.Read(node), Reply = WebSocketReply.Read(node) };
        WebSocketMessage.CheckReply(node, join.Templates());
        node.RefuseUnknown();
        return join;
    }

    internal IEnumerable<StepTemplate> Templates() => StepTemplate.InJson("join.message", Message, [WebSocketMessage.Id]);
}

/// <summary>Messages sent one after the other.</summary>
public sealed record WebSocketMessages
{
    private const int Most = 1_000_000;

    /// <summary>How many; 1 to 1,000,000.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The time from one send to the next, drawn anew each time; at most 120 min. The first goes out at once.</summary>
    public DurationDistribution Interval { get; init; } = DurationDistribution.Always(TimeSpan.Zero);

    /// <summary>How long <c>{{message.text}}</c> is; null when no message has it.</summary>
    public SizeRange? Size { get; init; }

    /// <summary>
    /// The message: a text, or a JSON object or list whose texts are templates. <c>{{message.id}}</c> is unique to each,
    /// <c>{{message.text}}</c> is random text of <see cref="Size"/>.
    /// </summary>
    public JsonNode? Message { get; init; }

    /// <summary>What answers each; null when nothing is waited for. The next message does not wait for it.</summary>
    public WebSocketReply? Reply { get; init; }

    internal static WebSocketMessages? Read(DocumentNode parent)
    {
        if (parent.Object("messages") is not { } node)
            return null;
        foreach (var member in new[] { "count", "interval" }.Where(m => !node.Has(m)))
            node.Error(member, "is required");
        var messages = new WebSocketMessages
        {
            Count = node.Whole("count", 1, Most) ?? 1,
            Interval = DurationDistribution.Read(node, "interval", TimeSpan.FromMinutes(120)) ?? DurationDistribution.Always(TimeSpan.Zero),
            Size = SizeRange.Read(node, "size"),
            Message = WebSocketMessage.Read(node),
            Reply = WebSocketReply.Read(node),
        };
        WebSocketMessage.CheckReply(node, messages.Templates());
        WebSocketMessage.CheckSize(node, messages.Templates());
        node.RefuseUnknown();
        return messages;
    }

    internal IEnumerable<StepTemplate> Templates() => StepTemplate.InJson("messages.message", Message, [WebSocketMessage.Id, WebSocketMessage.Text]);
}

/// <summary>What a user says to messages that come in.</summary>
public sealed record WebSocketReactions
{
    /// <summary>How likely it says something to a message that is no answer to one of its own.</summary>
    public Probability Probability { get; init; } = new(0);

    /// <summary>How long after the message; at most 10 min.</summary>
    public DurationDistribution Delay { get; init; } = DurationDistribution.Always(TimeSpan.Zero);

    /// <summary>What it says: a text, or a JSON object or list whose texts are templates. <c>{{message.id}}</c> is unique to each.</summary>
    public JsonNode? Message { get; init; }

    internal static WebSocketReactions? Read(DocumentNode parent)
    {
        if (parent.Object("reactions") is not { } node)
            return null;
        foreach (var member in new[] { "probability", "delay" }.Where(m => !node.Has(m)))
            node.Error(member, "is required");
        var reactions = new WebSocketReactions
        {
            Probability = Probability.Read(node, "probability") ?? new Probability(0),
            Delay = DurationDistribution.Read(node, "delay", TimeSpan.FromMinutes(10)) ?? DurationDistribution.Always(TimeSpan.Zero),
            Message = WebSocketMessage.Read(node),
        };
        node.RefuseUnknown();
        return reactions;
    }

    internal IEnumerable<StepTemplate> Templates() => StepTemplate.InJson("reactions.message", Message, [WebSocketMessage.Id]);
}

/// <summary>What must come in on a connection.</summary>
public sealed record WebSocketExpectation
{
    /// <summary>The fewest messages a minute, over the time the connection is open: above 0, at most 1,000,000. Fewer are a failed check.</summary>
    public double MinMessagesPerMinute { get; init; }

    internal static WebSocketExpectation? Read(DocumentNode parent)
    {
        if (parent.Object("expect") is not { } node)
            return null;
        if (!node.Has("min_messages_per_minute"))
            node.Error("min_messages_per_minute", "is required");
        var expectation = new WebSocketExpectation { MinMessagesPerMinute = node.Number("min_messages_per_minute", 0.001, 1_000_000) ?? 0 };
        node.RefuseUnknown();
        return expectation;
    }
}

/// <summary>What answers a message: a JSON message that comes in with the same id.</summary>
public sealed record WebSocketReply
{
    /// <summary>The path in the incoming message to what must equal the sent message's <c>{{message.id}}</c>.</summary>
    public string Id { get; init; } = "$.id";

    /// <summary>The longest wait for it, from the send; 1 ms to 10 min.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    internal static WebSocketReply? Read(DocumentNode parent)
    {
        if (parent.Object("reply") is not { } node)
            return null;
        if (!node.Has("id"))
            node.Error("id", "is required");
        var reply = new WebSocketReply
        {
            Id = Extraction.JsonPathOf(node, "id") ?? "$.id",
            Timeout = node.Seconds("timeout", TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10)) ?? TimeSpan.FromSeconds(5),
        };
        node.RefuseUnknown();
        return reply;
    }
}

/// <summary>What the messages of a WebSocket step have in common.</summary>
internal static class WebSocketMessage
{
    /// <summary>The name of a message's unique text.</summary>
    public const string Id = "message.id";

    /// <summary>The name of random text as long as the step says.</summary>
    public const string Text = "message.text";

    public static JsonNode? Read(DocumentNode node)
    {
        if (!node.Has("message"))
            node.Error("message", "is required");
        else if (node.Raw("message") is JsonValue value && !value.TryGetValue<string>(out _))
            node.Error("message", "must be a text, an object or a list");
        return node.Raw("message")?.DeepClone();
    }

    /// <summary>An answer can only be told by the id of the message it answers.</summary>
    public static void CheckReply(DocumentNode node, IEnumerable<StepTemplate> templates)
    {
        if (node.Has("reply") && !templates.Any(t => t.Uses(Id)))
            node.Error("reply", "needs {{message.id}} in the message, or nothing can answer it");
    }

    /// <summary>A size without a text, or a text without a size, would do nothing.</summary>
    public static void CheckSize(DocumentNode node, IEnumerable<StepTemplate> templates)
    {
        var hasText = templates.Any(t => t.Uses(Text));
        if (hasText != node.Has("size"))
            node.Error("size", hasText ? "is required for {{message.text}}" : "is for {{message.text}}, which the message does not have");
    }
}
