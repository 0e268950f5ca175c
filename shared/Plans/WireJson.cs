using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Loadstone.Plans;

/// <summary>
/// How plans and everything around them look as JSON: snake_case members and enumeration values. Absent members of a plan are
/// left out, and what is written here is a valid plan document again.
/// </summary>
public static class WireJson
{
    /// <summary>The options for resource bodies.</summary>
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions());

    /// <summary>Gives other options the same manners.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutAbsent } };
        return Allow(options);
    }

    /// <summary>What messages and stored events need to carry plans: facts only, nothing that can be computed from them.</summary>
    public static JsonSerializerOptions ConfigureTransport(JsonSerializerOptions options)
    {
        options.IgnoreReadOnlyProperties = true;
        return Allow(options);
    }

    private static JsonSerializerOptions Allow(JsonSerializerOptions options)
    {
        // PostgreSQL's jsonb reorders members, so a type's discriminator may come anywhere.
        options.AllowOutOfOrderMetadataProperties = true;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        return options;
    }

    // A scenario that is only named has no journey yet; an empty one would not be read back.
    private static Func<object, object?, bool> IsThere(JsonTypeInfo type, JsonPropertyInfo property) =>
        type.Type == typeof(Scenario) && property.PropertyType == typeof(IReadOnlyList<Step>)
            ? static (scenario, _) => !((Scenario)scenario).IsNameOnly
            : static (_, value) => value is not null;

    private static void LeaveOutAbsent(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.Type.Assembly != typeof(WireJson).Assembly)
            return;
        foreach (var property in type.Properties)
            property.ShouldSerialize = IsThere(type, property);
    }
}

/// <summary>A list that is written as a bare number when it holds just one.</summary>
internal sealed class OneOrManyConverter : JsonConverter<IReadOnlyList<int>>
{
    public override IReadOnlyList<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? [reader.GetInt32()] : JsonSerializer.Deserialize<List<int>>(ref reader, options)!;

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<int> value, JsonSerializerOptions options)
    {
        if (value is [var only])
            writer.WriteNumberValue(only);
        else
            JsonSerializer.Serialize(writer, value, options);
    }
}
