using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>How a duration varies from one time to the next.</summary>
public enum DistributionType
{
    /// <summary>Always <see cref="DurationDistribution.Mean"/>.</summary>
    Fixed,

    /// <summary>Evenly between <see cref="DurationDistribution.Min"/> and <see cref="DurationDistribution.Max"/>.</summary>
    Uniform,

    /// <summary>Gaussian with <see cref="DurationDistribution.Mean"/> and <see cref="DurationDistribution.Deviation"/>, never below 0.</summary>
    Normal,
}

/// <summary>
/// A duration drawn anew each time, such as a think time: <c>1s</c>, <c>{ type: uniform, min: 500ms, max: 2s }</c> or
/// <c>{ type: normal, mean: 1s, deviation: 200ms }</c>. A bare number counts in seconds. Or one of the user's own, by the
/// profile of its scenario: <c>profile.message_rate</c>, <c>profile.reaction_time</c> or <c>profile.session_length</c>.
/// </summary>
/// <param name="Type">The distribution.</param>
/// <param name="Mean">The fixed value, or the mean of a normal one.</param>
/// <param name="Deviation">The standard deviation of a normal one.</param>
/// <param name="Min">The lower end of a uniform one.</param>
/// <param name="Max">The upper end of a uniform one.</param>
[JsonConverter(typeof(DurationDistributionConverter))]
public sealed record DurationDistribution(
    DistributionType Type, TimeSpan Mean = default, TimeSpan Deviation = default, TimeSpan Min = default, TimeSpan Max = default)
{
    /// <summary>The time of the user's profile that is taken instead; null when the duration is drawn as the other members say.</summary>
    public ProfileTime? Own { get; init; }

    /// <summary>Always the same duration.</summary>
    public static DurationDistribution Always(TimeSpan duration) => new(DistributionType.Fixed, duration);

    /// <summary>The duration as a person says it, such as <c>2s</c>, <c>500ms to 2s</c> or <c>about 1s ± 200ms</c>.</summary>
    internal string InWords => this switch
    {
        { Own: { } own } => BehaviourProfile.InWords(own),
        { Type: DistributionType.Uniform } => $"{DurationText.Format(Min)} to {DurationText.Format(Max)}",
        { Type: DistributionType.Normal } => $"about {DurationText.Format(Mean)} ± {DurationText.Format(Deviation)}",
        _ => DurationText.Format(Mean),
    };

    /// <summary>Reads one, or a time of the user's profile, from a member of a plan; null when absent or wrong.</summary>
    internal static DurationDistribution? Read(DocumentNode node, string name, TimeSpan max) =>
        node.OwnOf<ProfileTime>(name, out var own) ? new DurationDistribution(DistributionType.Fixed) { Own = own } : ReadDrawn(node, name, max);

    /// <summary>Reads one from a member of a plan; null when absent or wrong.</summary>
    internal static DurationDistribution? ReadDrawn(DocumentNode node, string name, TimeSpan max)
    {
        if (node.Raw(name) is not JsonObject)
            return node.Seconds(name, TimeSpan.Zero, max) is { } always ? Always(always) : null;
        var shape = node.Object(name)!;
        var distribution = (shape.OneOf<DistributionType>("type") ?? DistributionType.Fixed) switch
        {
            DistributionType.Uniform => new DurationDistribution(DistributionType.Uniform,
                Min: Required(shape, "min", max), Max: Required(shape, "max", max)),
            DistributionType.Normal => new DurationDistribution(DistributionType.Normal,
                Mean: Required(shape, "mean", max), Deviation: Required(shape, "deviation", max)),
            _ => Always(Required(shape, "mean", max)),
        };
        if (distribution.Max < distribution.Min)
            shape.Error("max", "must not be below min");
        shape.RefuseUnknown();
        return distribution;
    }

    private static TimeSpan Required(DocumentNode node, string name, TimeSpan max)
    {
        if (!node.Has(name))
            node.Error(name, "is required");
        return node.Seconds(name, TimeSpan.Zero, max) ?? TimeSpan.Zero;
    }
}

/// <summary>Writes a distribution the way plans do: a number of seconds when fixed, a name when it is the user's own, else an object.</summary>
internal sealed class DurationDistributionConverter : JsonConverter<DurationDistribution>
{
    public override DurationDistribution Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var errors = new DocumentErrors();
        var holder = new DocumentNode(new JsonObject { ["value"] = JsonNode.Parse(ref reader) }, "", errors);
        var read = DurationDistribution.Read(holder, "value", TimeSpan.MaxValue);
        return errors.None && read is not null ? read : throw new JsonException("not a duration distribution");
    }

    public override void Write(Utf8JsonWriter writer, DurationDistribution value, JsonSerializerOptions options)
    {
        if (value.Own is { } own)
            writer.WriteStringValue(BehaviourProfile.NameOf(own));
        else if (value.Type == DistributionType.Fixed)
            writer.WriteNumberValue(value.Mean.TotalSeconds);
        else
            WriteObject(writer, value);
    }

    private static void WriteObject(Utf8JsonWriter writer, DurationDistribution value)
    {
        var (low, high) = value.Type == DistributionType.Uniform ? ("min", "max") : ("mean", "deviation");
        writer.WriteStartObject();
        writer.WriteString("type", JsonNamingPolicy.SnakeCaseLower.ConvertName(value.Type.ToString()));
        writer.WriteString(low, DurationText.Format(value.Type == DistributionType.Uniform ? value.Min : value.Mean));
        writer.WriteString(high, DurationText.Format(value.Type == DistributionType.Uniform ? value.Max : value.Deviation));
        writer.WriteEndObject();
    }
}
