using System.Text;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Http;

/// <summary>Where one request goes. The path has its query.</summary>
/// <param name="Method">The method.</param>
/// <param name="Origin">The origin; always one that is allowed.</param>
/// <param name="Path">The path and query when they are known as text; null takes the step's template.</param>
internal readonly record struct Destination(string Method, Origin Origin, string? Path);

/// <summary>The request of one step, compiled to bytes as far as it is the same for every user. Shared; holds no state.</summary>
internal sealed class RequestTemplate
{
    // What is nearly always written, up to the Cookie header: one run of bytes for a path that is the same for everyone.
    private readonly CompiledTemplate _usualHead;
    private readonly Destination _usual;
    private readonly CompiledTemplate _path;
    private readonly CompiledTemplate _headers;
    private readonly CompiledTemplate? _body;
    private readonly byte[] _contentType;

    /// <param name="step">The step.</param>
    /// <param name="usual">Where it goes unless redirected.</param>
    /// <param name="data">Where its templates draw from.</param>
    /// <param name="scenario">The scenario it belongs to.</param>
    /// <param name="sendsChunk">True when the body is a chunk of the user's upload, which follows by itself.</param>
    public RequestTemplate(HttpStep step, in Destination usual, PlanData data, string scenario, bool sendsChunk = false)
    {
        CompiledTemplate.Builder Begin() => new(data, scenario);
        _usual = usual;
        IsWholeUrl = Template.TryParse(step.Path, out var path, out _) && path.Single is not null;
        _path = AddPath(Begin(), step, IsWholeUrl).Build();
        _headers = AddHeaders(Begin(), step, data.Http.Compression).Build();
        _usualHead = AddHeaders(AddPath(Begin().Add(LineStart(usual)), step, IsWholeUrl).Add(LineEnd(usual.Origin)), step, data.Http.Compression).Build();
        (_body, var contentType) = sendsChunk ? (null, "application/octet-stream") : BodyOf(Begin(), step);
        var given = step.Headers?.Keys.Contains("content-type", StringComparer.OrdinalIgnoreCase) == true;
        _contentType = given || contentType is null ? [] : Encoding.ASCII.GetBytes($"Content-Type: {contentType}\r\n");
    }

    /// <summary>True when the path is one expression, which may turn out to be a whole URL.</summary>
    public bool IsWholeUrl { get; }

    /// <summary>The path as text for one user.</summary>
    public string PathFor(VirtualUser user) => _path.TextFor(user);

    /// <summary>Writes the request (RFC 9112 §3). The body is left out when the destination's method is not to have one.</summary>
    /// <param name="writer">Where it is written, from the start.</param>
    /// <param name="user">The user whose data fill the templates.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="withBody">False after a redirect that turned into a GET.</param>
    /// <param name="cookies">The value of the Cookie header; null for none.</param>
    /// <param name="following">Bytes of a body that follows what is written here.</param>
    public void Write(ByteWriter writer, VirtualUser user, in Destination to, bool withBody, string? cookies, int following = 0)
    {
        writer.Reset();
        if (to == _usual)
            _usualHead.Write(writer, user);
        else
            WriteHead(writer, user, to);
        if (cookies is not null)
            WriteLine(writer, "Cookie: "u8, cookies);
        WriteBody(writer, user, withBody && _body is not null, to.Method, following);
    }

    private void WriteHead(ByteWriter writer, VirtualUser user, in Destination to)
    {
        writer.Write(LineStart(to), Escaping.None);
        if (to.Path is null)
            _path.Write(writer, user);
        else
            writer.Write(to.Path, Escaping.None);
        writer.Write(LineEnd(to.Origin), Escaping.None);
        _headers.Write(writer, user);
    }

    private static string LineStart(in Destination to) => $"{to.Method} {(to.Origin.NeedsWholeUrl ? to.Origin.ToString() : "")}";

    private static string LineEnd(Origin origin) => $" HTTP/1.1\r\nHost: {origin.HostHeader}\r\n";

    private void WriteBody(ByteWriter writer, VirtualUser user, bool hasBody, string method, int following)
    {
        if (hasBody || following > 0)
            writer.Write(_contentType);
        if (hasBody)
        {
            user.Scratch.Reset();
            _body!.Write(user.Scratch, user);
        }

        if (hasBody || method is "POST" or "PUT" or "PATCH")
        {
            writer.Write("Content-Length: "u8);
            writer.Write(hasBody ? user.Scratch.Length : following);
            writer.Write("\r\n"u8);
        }

        writer.Write("\r\n"u8);
        if (hasBody)
            writer.Write(user.Scratch.Written.Span);
        user.Scratch.Release();
    }

    private static void WriteLine(ByteWriter writer, ReadOnlySpan<byte> start, string value)
    {
        writer.Write(start);
        writer.Write(value, Escaping.None);
        writer.Write("\r\n"u8);
    }

    private static CompiledTemplate.Builder AddPath(CompiledTemplate.Builder builder, HttpStep step, bool isWholeUrl)
    {
        var path = Uri.TryCreate(step.Path, UriKind.Absolute, out var url) && !step.Path.StartsWith('/') && !isWholeUrl
            ? step.Path[(step.Path.IndexOf(url.Authority, StringComparison.OrdinalIgnoreCase) + url.Authority.Length)..]
            : step.Path;
        builder.AddTemplate(EscapeLiterals(path.Length == 0 ? "/" : path), isWholeUrl ? Escaping.None : Escaping.Percent);
        var separator = path.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        foreach (var (name, value) in step.Query ?? new Dictionary<string, string>())
        {
            builder.Add(separator).Add(Uri.EscapeDataString(name)).Add("=").AddEncoded(value);
            separator = "&";
        }

        return builder;
    }

    // What a request line cannot carry as it is; the inside of {{…}} is left alone.
    private static string EscapeLiterals(string path)
    {
        var escaped = new StringBuilder();
        var inside = false;
        for (var i = 0; i < path.Length; i++)
        {
            if (i + 1 < path.Length && path[i] == path[i + 1] && path[i] is '{' or '}')
                inside = path[i] == '{';
            if (inside || path[i] is '{' or '}' || path[i] is > ' ' and < (char)0x7f)
                escaped.Append(path[i]);
            else
                escaped.Append(Uri.EscapeDataString(path[i].ToString()));
        }

        return escaped.ToString();
    }

    private static CompiledTemplate.Builder AddHeaders(CompiledTemplate.Builder builder, HttpStep step, bool compression)
    {
        var headers = step.Headers ?? new Dictionary<string, string>();
        if (!headers.Keys.Contains("user-agent", StringComparer.OrdinalIgnoreCase))
            builder.Add("User-Agent: Loadstone\r\n");
        if (compression && !headers.Keys.Contains("accept-encoding", StringComparer.OrdinalIgnoreCase))
            builder.Add("Accept-Encoding: gzip, deflate, br\r\n");
        foreach (var (name, value) in headers)
            builder.Add(name).Add(": ").AddTemplate(value, Escaping.None).Add("\r\n");
        return builder;
    }

    private static (CompiledTemplate? Body, string? ContentType) BodyOf(CompiledTemplate.Builder builder, HttpStep step)
    {
        if (step.Json is not null)
            return (builder.AddJson(step.Json).Build(), "application/json");
        if (step.Body is not null)
            return (builder.AddTemplate(step.Body, Escaping.None).Build(), null);
        if (step.Multipart is not null)
            return (MultipartBody.Of(builder, step.Multipart), MultipartBody.ContentType);
        if (step.Form is null)
            return (null, null);
        var separator = "";
        foreach (var (name, value) in step.Form)
        {
            builder.Add(separator).Add(Uri.EscapeDataString(name)).Add("=").AddEncoded(value);
            separator = "&";
        }

        return (builder.Build(), "application/x-www-form-urlencoded");
    }
}
