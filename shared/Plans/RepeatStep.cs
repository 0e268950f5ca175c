using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>Steps done several times over: a number of times, or while a variable is as it should be.</summary>
public sealed record RepeatStep : Step
{
    private const int Most = 100_000;
    private const long MostBounded = 1_000_000_000_000;

    /// <summary>How many times, drawn anew each time it comes to it: 0 to 100,000. Null when <see cref="While"/> decides.</summary>
    public CountRange? Times { get; init; }

    /// <summary>What must hold before each time; it may be about a variable that only the steps themselves set.</summary>
    public Condition? While { get; init; }

    /// <summary>The most times that <see cref="While"/> is given, 1 to 100,000; null with <see cref="Times"/>.</summary>
    public int? MaxTimes { get; init; }

    /// <summary>The steps; 1 to 100.</summary>
    public IReadOnlyList<Step> Steps { get; init; } = [];

    internal override string InWords => (Times is { } times ? $"{times.InWords} times: " : $"while {While?.InWords}, at most {MaxTimes} times: ")
        + PlanExplanation.OfSteps(Steps);

    internal override IEnumerable<HeldSteps> Holds => [new("steps", Steps)];

    // So large a bound says nothing, and repeats within repeats would overflow.
    internal override long? MostRequests => base.MostRequests * (Times?.Max ?? MaxTimes) is { } most and <= MostBounded ? most : null;

    internal override IEnumerable<StepTemplate> Templates() => While?.Templates("while", Sets) ?? [];

    internal static RepeatStep Read(DocumentNode node)
    {
        if (node.Has("times") == node.Has("while"))
            node.Errors.Add(node.Path, "must have exactly one of times and while");
        else if (node.Has("while") != node.Has("max_times"))
            node.Error("max_times", node.Has("while") ? "is required with while" : "belongs to while");
        return new RepeatStep
        {
            Name = "repeat",
            Times = CountRange.Read(node, "times", 0, Most),
            While = Condition.Read(node, "while"),
            MaxTimes = node.Whole("max_times", 1, Most),
            Steps = ReadHeld(node, "steps"),
        };
    }
}

/// <summary>A number of times, drawn evenly: <c>3</c>, or <c>{ min: 1, max: 5 }</c>.</summary>
/// <param name="Min">The fewest.</param>
/// <param name="Max">The most; not below <paramref name="Min"/>.</param>
[JsonConverter(typeof(CountRangeConverter))]
public sealed record CountRange(int Min, int Max)
{
    internal string InWords => Min == Max ? $"{Min}" : $"{Min} to {Max}";

    internal static CountRange? Read(DocumentNode node, string name, int min, int max)
    {
        if (node.Raw(name) is not JsonObject)
            return node.Whole(name, min, max) is { } count ? new CountRange(count, count) : null;
        var range = node.Object(name)!;
        foreach (var end in new[] { "min", "max" }.Where(e => !range.Has(e)))
            range.Error(end, "is required");
        var (fewest, most) = (range.Whole("min", min, max), range.Whole("max", min, max));
        if (most < fewest)
            range.Error("max", "must not be below min");
        range.RefuseUnknown();
        return fewest is null || most is null ? null : new CountRange(fewest.Value, most.Value);
    }
}

/// <summary>Writes a range the way plans do: a number when its ends are the same, else an object.</summary>
internal sealed class CountRangeConverter : JsonConverter<CountRange>
{
    public override CountRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var errors = new DocumentErrors();
        var holder = new DocumentNode(new JsonObject { ["value"] = JsonNode.Parse(ref reader) }, "", errors);
        return CountRange.Read(holder, "value", int.MinValue, int.MaxValue) is { } read && errors.None ? read : throw new JsonException("not a number of times");
    }

    public override void Write(Utf8JsonWriter writer, CountRange value, JsonSerializerOptions options)
    {
        if (value.Min == value.Max)
        {
            writer.WriteNumberValue(value.Min);
            return;
        }

        writer.WriteStartObject();
        writer.WriteNumber("min", value.Min);
        writer.WriteNumber("max", value.Max);
        writer.WriteEndObject();
    }
}
