using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Loadstone.EventStore;

/// <summary>How enum values are stored.</summary>
public enum EnumStorage
{
    /// <summary>As their number.</summary>
    AsInteger,

    /// <summary>As their name.</summary>
    AsString,
}

/// <summary>How members are named in stored JSON.</summary>
public enum Casing
{
    /// <summary>As written in C#.</summary>
    Default,

    /// <summary>someMember.</summary>
    CamelCase,

    /// <summary>some_member.</summary>
    SnakeCase,
}

/// <summary>Documents, events and headers to and from UTF-8 JSON.</summary>
internal sealed class Serializer
{
    private static readonly JsonSerializerOptions HeaderOptions = new() { Converters = { new HeaderValueConverter() } };

    public Serializer(EnumStorage enumStorage, Casing casing, Action<JsonSerializerOptions>? configure)
    {
        EnumStorage = enumStorage;
        Options.PropertyNamingPolicy = casing switch
        {
            Casing.CamelCase => JsonNamingPolicy.CamelCase,
            Casing.SnakeCase => JsonNamingPolicy.SnakeCaseLower,
            _ => null,
        };
        if (enumStorage == EnumStorage.AsString)
            Options.Converters.Add(new JsonStringEnumConverter());
        configure?.Invoke(Options);
    }

    public EnumStorage EnumStorage { get; }

    public JsonSerializerOptions Options { get; } = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    public byte[] ToJson(object value, Type type) => JsonSerializer.SerializeToUtf8Bytes(value, type, Options);

    public object FromJson(byte[] json, Type type) => JsonSerializer.Deserialize(json, type, Options)
        ?? throw new JsonException($"A stored {type} is null");

    public static byte[]? HeadersToJson(Dictionary<string, object>? headers) =>
        headers is { Count: > 0 } ? JsonSerializer.SerializeToUtf8Bytes(headers, HeaderOptions) : null;

    public static Dictionary<string, object>? HeadersFromJson(byte[] json) =>
        JsonSerializer.Deserialize<Dictionary<string, object>>(json, HeaderOptions);

    /// <summary>Gives headers back as text, number and boolean, not as JSON elements.</summary>
    private sealed class HeaderValueConverter : JsonConverter<object>
    {
        public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.True => true,
                JsonTokenType.False => false,
                JsonTokenType.Null => null,
                JsonTokenType.Number => reader.TryGetInt64(out var whole) ? (object)whole : reader.GetDouble(),
                _ => JsonElement.ParseValue(ref reader),
            };

        public override void Write(Utf8JsonWriter writer, object value, JsonSerializerOptions options)
        {
            if (value.GetType() == typeof(object))
                writer.WriteNullValue();
            else
                JsonSerializer.Serialize(writer, value, value.GetType(), JsonSerializerOptions.Default);
        }
    }
}
