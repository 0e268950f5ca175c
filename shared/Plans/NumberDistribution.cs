using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>
/// A number drawn from a range: <c>0.4</c>, <c>{ type: uniform, min: 10, max: 50 }</c> or
/// <c>{ type: normal, mean: 30, deviation: 10 }</c>. What a normal one gives outside the member's limits is drawn again.
/// </summary>
/// <param name="Type">The distribution.</param>
/// <param name="Mean">The fixed value, or the mean of a normal one.</param>
/// <param name="Deviation">The standard deviation of a normal one.</param>
/// <param name="Min">The lower end of a uniform one.</param>
/// <param name="Max">The upper end of a uniform one.</param>
[JsonConverter(typeof(NumberDistributionConverter))]
public sealed record NumberDistribution(DistributionType Type, double Mean = 0, double Deviation = 0, double Min = 0, double Max = 0)
{
    /// <summary>The number as a person says it, such as <c>30</c>, <c>10 to 50</c> or <c>about 30 ± 10</c>.</summary>
    internal string InWords => Type switch
    {
        DistributionType.Uniform => $"{Min:0.###} to {Max:0.###}",
        DistributionType.Normal => $"about {Mean:0.###} ± {Deviation:0.###}",
        _ => $"{Mean:0.###}",
    };

    /// <summary>Reads one from a member of a plan; null when absent or wrong.</summary>
    internal static NumberDistribution? Read(DocumentNode node, string name, double min, double max)
    {
        if (node.Raw(name) is not JsonObject)
            return node.Number(name, min, max) is { } always ? new NumberDistribution(DistributionType.Fixed, always) : null;
        var shape = node.Object(name)!;
        var distribution = (shape.OneOf<DistributionType>("type") ?? DistributionType.Fixed) switch
        {
            DistributionType.Uniform => new NumberDistribution(DistributionType.Uniform,
                Min: Required(shape, "min", min, max), Max: Required(shape, "max", min, max)),
            DistributionType.Normal => new NumberDistribution(DistributionType.Normal,
                Mean: Required(shape, "mean", min, max), Deviation: Required(shape, "deviation", 0, max)),
            _ => new NumberDistribution(DistributionType.Fixed, Required(shape, "mean", min, max)),
        };
        if (distribution.Max < distribution.Min)
            shape.Error("max", "must not be below min");
        shape.RefuseUnknown();
        return distribution;
    }

    private static double Required(DocumentNode node, string name, double min, double max)
    {
        if (!node.Has(name))
            node.Error(name, "is required");
        return node.Number(name, min, max) ?? 0;
    }
}

/// <summary>Writes a distribution the way plans do: a number when fixed, else an object.</summary>
internal sealed class NumberDistributionConverter : JsonConverter<NumberDistribution>
{
    public override NumberDistribution Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var errors = new DocumentErrors();
        var holder = new DocumentNode(new JsonObject { ["value"] = JsonNode.Parse(ref reader) }, "", errors);
        var read = NumberDistribution.Read(holder, "value", double.MinValue, double.MaxValue);
        return errors.None && read is not null ? read : throw new JsonException("not a distribution of numbers");
    }

    public override void Write(Utf8JsonWriter writer, NumberDistribution value, JsonSerializerOptions options)
    {
        if (value.Type == DistributionType.Fixed)
        {
            writer.WriteNumberValue(value.Mean);
            return;
        }

        var uniform = value.Type == DistributionType.Uniform;
        writer.WriteStartObject();
        writer.WriteString("type", JsonNamingPolicy.SnakeCaseLower.ConvertName(value.Type.ToString()));
        writer.WriteNumber(uniform ? "min" : "mean", uniform ? value.Min : value.Mean);
        writer.WriteNumber(uniform ? "max" : "deviation", uniform ? value.Max : value.Deviation);
        writer.WriteEndObject();
    }
}
