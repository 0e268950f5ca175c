using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Loadstone.Plans;

namespace Loadstone.ServiceHost;

/// <summary>
/// Marks an answer around resources, whose members are camelCase (<c>currentMetrics</c>), where resources themselves are
/// snake_case (<c>p95_response_time</c>).
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class EnvelopeAttribute : Attribute;

/// <summary>The JSON of HTTP answers.</summary>
public static class Envelope
{
    /// <summary>Options for reading and writing HTTP bodies.</summary>
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions());

    /// <summary>Gives options the manners of HTTP bodies.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        WireJson.Configure(options);
        ((DefaultJsonTypeInfoResolver)options.TypeInfoResolver!).Modifiers.Add(NameEnvelopes);
        return options;
    }

    private static void NameEnvelopes(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || !type.Type.IsDefined(typeof(EnvelopeAttribute), inherit: false))
            return;
        foreach (var property in type.Properties)
            property.Name = JsonNamingPolicy.CamelCase.ConvertName(ClrNameOf(property));
    }

    private static string ClrNameOf(JsonPropertyInfo property) =>
        (property.AttributeProvider as System.Reflection.MemberInfo)?.Name ?? property.Name;
}
