using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>The versions of HTTP; plans write <c>1.1</c>, <c>2</c> and <c>3</c>.</summary>
public enum HttpProtocol
{
    /// <summary>HTTP/1.1 (RFC 9112): one request at a time on a connection.</summary>
    Http11,

    /// <summary>HTTP/2 (RFC 9113): many requests at once on a connection.</summary>
    Http2,

    /// <summary>HTTP/3 (RFC 9114), over QUIC.</summary>
    Http3,
}

/// <summary>Whose connections are.</summary>
public enum ConnectionUse
{
    /// <summary>Each virtual user has its own, as browsers do.</summary>
    PerUser,

    /// <summary>All users of a worker take theirs from one pool, as a service that calls another does.</summary>
    Shared,
}

/// <summary>How the requests of a plan travel.</summary>
public sealed record HttpSettings
{
    private const int MostConnections = 65_535;

    /// <summary>The version of HTTP.</summary>
    [JsonConverter(typeof(HttpProtocolConverter))]
    public HttpProtocol Version { get; init; }

    /// <summary>Whose connections are.</summary>
    public ConnectionUse Connections { get; init; }

    /// <summary>The most connections a worker's pool has to one origin, 1 to 65,535; null for no limit. Only of shared ones.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>The HTTP proxy all requests go through, such as <c>http://proxy:3128</c>; null for none.</summary>
    public string? Proxy { get; init; }

    /// <summary>False takes any certificate, as test systems with certificates of their own need it.</summary>
    public bool VerifyTls { get; init; } = true;

    /// <summary>True asks for compressed answers.</summary>
    public bool Compression { get; init; }

    internal string InWords => $"over HTTP/{HttpProtocolConverter.TextOf(Version)}"
        + (Connections == ConnectionUse.PerUser ? " on each user's own connections" : MaxConnections is { } most ? $" on at most {most} shared connections" : " on shared connections")
        + (Proxy is null ? "" : $", through {Proxy}")
        + (VerifyTls ? "" : ", with any certificate")
        + (Compression ? ", compressed if the target likes" : "");

    internal static HttpSettings? Read(DocumentNode parent)
    {
        if (parent.Object("http") is not { } node)
            return null;
        var settings = new HttpSettings
        {
            Version = ReadVersion(node),
            Connections = node.OneOf<ConnectionUse>("connections") ?? ConnectionUse.PerUser,
            MaxConnections = node.Whole("max_connections", 1, MostConnections),
            Proxy = ReadProxy(node),
            VerifyTls = node.Flag("verify_tls", true),
            Compression = node.Flag("compression", false),
        };
        if (settings is { MaxConnections: not null, Connections: ConnectionUse.PerUser })
            node.Error("max_connections", "belongs to shared connections");
        node.RefuseUnknown();
        return settings;
    }

    // Unquoted in YAML it is a number.
    private static HttpProtocol ReadVersion(DocumentNode node)
    {
        var given = node.Raw("version") is { } value ? value.ToString() : "1.1";
        if (!HttpProtocolConverter.TryParse(given, out var version))
            node.Error("version", "must be 1.1, 2 or 3");
        return version;
    }

    private static string? ReadProxy(DocumentNode node)
    {
        var proxy = node.Text("proxy", 500);
        if (proxy is not null && !(Uri.TryCreate(proxy, UriKind.Absolute, out var url) && url is { Scheme: "http", PathAndQuery: "/", UserInfo: "" }))
            node.Error("proxy", "must be like http://proxy:3128, without a path, a name or a password");
        return proxy;
    }
}

/// <summary>Writes a version of HTTP as plans do: <c>1.1</c>, <c>2</c> or <c>3</c>.</summary>
internal sealed class HttpProtocolConverter : JsonConverter<HttpProtocol>
{
    private static readonly string[] Texts = ["1.1", "2", "3"];

    public static string TextOf(HttpProtocol version) => Texts[(int)version];

    public static bool TryParse(string text, out HttpProtocol version)
    {
        var place = Array.IndexOf(Texts, text);
        version = (HttpProtocol)Math.Max(0, place);
        return place >= 0;
    }

    public override HttpProtocol Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryParse(reader.GetString() ?? "", out var version) ? version : throw new JsonException("not a version of HTTP");

    public override void Write(Utf8JsonWriter writer, HttpProtocol value, JsonSerializerOptions options) => writer.WriteStringValue(TextOf(value));
}
