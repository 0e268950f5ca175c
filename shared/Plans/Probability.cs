using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>How likely something is: a number from 0 (never) to 1 (always), or a chance of the user's own, <c>profile.video</c>.</summary>
/// <param name="Value">The number; 0 when <see cref="Own"/> is taken.</param>
[JsonConverter(typeof(ProbabilityConverter))]
public sealed record Probability(double Value)
{
    /// <summary>The chance of the user's profile that is taken instead; null when it is <see cref="Value"/>.</summary>
    public ProfileChance? Own { get; init; }

    /// <summary>The probability as a person says it, such as <c>in 30 % of cases</c>.</summary>
    internal string InWords => Own is { } own ? $"by {BehaviourProfile.InWords(own)} chance" : $"in {100 * Value:0.###} % of cases";

    /// <summary>Reads one from a member of a plan; null when absent or wrong.</summary>
    internal static Probability? Read(DocumentNode node, string name)
    {
        if (node.OwnOf<ProfileChance>(name, out var own))
            return new Probability(0) { Own = own };
        return node.Number(name, 0, 1) is { } value ? new Probability(value) : null;
    }
}

/// <summary>Writes a probability the way plans do: a number, or a name when it is the user's own.</summary>
internal sealed class ProbabilityConverter : JsonConverter<Probability>
{
    public override Probability Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var errors = new DocumentErrors();
        var holder = new DocumentNode(new JsonObject { ["value"] = JsonNode.Parse(ref reader) }, "", errors);
        return Probability.Read(holder, "value") is { } read && errors.None ? read : throw new JsonException("not a probability");
    }

    public override void Write(Utf8JsonWriter writer, Probability value, JsonSerializerOptions options)
    {
        if (value.Own is { } own)
            writer.WriteStringValue(BehaviourProfile.NameOf(own));
        else
            writer.WriteNumberValue(value.Value);
    }
}
