using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Plans;

namespace Loadstone.Configuration.Exchange;

/// <summary>
/// A recording of a browser (HTTP Archive 1.2) as a journey: its requests in order, with the pauses between them. Cookies are left to
/// each user's own jar, and what proves who somebody is becomes a variable.
/// </summary>
internal static class HarImport
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private const int LongestPath = 1800;
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];

    // What the engine sets itself, or what belongs to one browser and one connection.
    private static readonly string[] NotTaken =
        ["cookie", "host", "content-length", "connection", "keep-alive", "transfer-encoding", "te", "upgrade", "accept-encoding", "user-agent", "origin", "referer", "if-none-match", "if-modified-since", "dnt", "priority", "pragma", "upgrade-insecure-requests"];

    private static readonly string[] StaticTypes = ["image/", "font/", "text/css", "audio/", "video/", "text/javascript", "application/javascript", "application/x-javascript", "application/font", "application/wasm"];
    private static readonly string[] StaticEndings = [".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".css", ".js", ".mjs", ".map", ".woff", ".woff2", ".ttf", ".mp4", ".webm", ".mp3"];

    /// <summary>Takes over a recording.</summary>
    /// <param name="document">The file.</param>
    /// <param name="withStatic">False leaves out images, styles, scripts and fonts.</param>
    /// <param name="import">Takes what is made of it.</param>
    public static void Read(JsonNode? document, bool withStatic, Import import)
    {
        var log = new DocumentNode(document, "", import.Errors).Object("log");
        if (log?.Has("entries") != true)
        {
            import.Errors.Add(log is null ? "log" : "log.entries", "is required: this is no HTTP Archive");
            return;
        }

        var (kept, leftOut) = (new List<(DocumentNode Entry, JsonObject Step)>(), 0);
        foreach (var entry in log.List("entries", 20_000).Select(e => new DocumentNode(e.Value, e.Path, import.Errors)))
        {
            if (!withStatic && IsStatic(entry))
                leftOut++;
            else if (StepOf(entry, import) is { } step)
                kept.Add((entry, step));
        }

        for (var i = 0; i < kept.Count; i++)
            kept[i].Step["think_time"] = DurationText.Format(i + 1 < kept.Count ? PauseBetween(kept[i].Entry, kept[i + 1].Entry) : TimeSpan.Zero);
        if (leftOut > 0)
            import.Warn($"{leftOut} request{(leftOut == 1 ? "" : "s")} for images, styles, scripts and fonts left out");
        import.AddScenario("recording", [.. kept.Select(k => k.Step)]);
    }

    private static JsonObject? StepOf(DocumentNode entry, Import import)
    {
        if (entry.Object("request") is not { } request)
        {
            entry.Error("request", "is required");
            return null;
        }

        var (method, text) = (request.RequiredText("method"), request.RequiredText("url", 100_000));
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            request.Error("url", "is not a whole URL");
            return null;
        }

        if (!Methods.Contains(method) || url.Scheme is not ("http" or "https"))
        {
            import.Warn($"{import.Text(Import.Short(method, 20))} {url.Scheme}://{url.Authority}{url.AbsolutePath} left out: it is no request of HTTP that a step can make");
            return null;
        }

        if (entry.Object("response")?.Number("status", -1, 999) is 101)
        {
            import.Warn($"{url.AbsolutePath} left out: it became a WebSocket, which a websocket step does");
            return null;
        }

        if (url.PathAndQuery.Length > LongestPath)
        {
            import.Warn($"{method} {Import.Short(url.AbsolutePath, 200)} left out: its path has more than {LongestPath} characters");
            return null;
        }

        return import.PathOf(url) is { } path ? StepOf(method, path, request, entry, import) : null;
    }

    private static JsonObject StepOf(string method, string path, DocumentNode request, DocumentNode entry, Import import)
    {
        var step = new JsonObject { ["action"] = "http", ["name"] = Import.Short($"{method} {Uri.UnescapeDataString(path.Split('?')[0])}", 200), ["method"] = method, ["path"] = import.Text(path.Split('?')[0]), ["redirects"] = 0 };
        var query = Uri.TryCreate("http://x" + (path.Contains('?', StringComparison.Ordinal) ? path[path.IndexOf('?', StringComparison.Ordinal)..] : ""), UriKind.Absolute, out var url) ? url.Query.TrimStart('?') : "";
        if (query.Length > 0)
            step["path"] = step["path"]!.ToString() + "?" + string.Join('&', query.Split('&').Select(p => QueryOf(p, import)));
        var (headers, type) = HeadersOf(request, import);
        AddBody(step, request, headers, type, import);
        if (headers.Count > 0)
            step["headers"] = headers;
        if (entry.Object("response")?.Number("status", -1, 999) is >= 100 and < 400 and var status && double.IsInteger(status))
            step["checks"] = new JsonArray(new JsonObject { ["status"] = (int)status });
        return step;
    }

    private static string QueryOf(string parameter, Import import)
    {
        var (name, value) = parameter.Split('=', 2) is [var left, var right] ? (left, right) : (parameter, "");
        return Import.IsSecret(name) && value.Length > 0 ? $"{name}={import.Secret(name, $"the query parameter {name}")}" : import.Text(parameter);
    }

    private static (JsonObject Headers, string? Type) HeadersOf(DocumentNode request, Import import)
    {
        var (headers, type) = (new JsonObject(), (string?)null);
        foreach (var (value, path) in request.List("headers"))
        {
            var header = new DocumentNode(value, path, import.Errors);
            var (name, text) = (header.Text("name", 500, min: 0) ?? "", header.Text("value", 100_000, min: 0) ?? "");
            var known = name.ToLowerInvariant();
            if (known == "cookie")
                import.Warn("Cookies are not taken over: each user gets its own from the target");
            else if (known == "content-type")
                type = text;
            else if (name.Length > 0 && !name.StartsWith(':') && name.AsSpan().IndexOfAny(" :\r\n") < 0 && text.Length <= 10_000 && text.AsSpan().IndexOfAny("\r\n") < 0 && !NotTaken.Contains(known) && !known.StartsWith("sec-", StringComparison.Ordinal))
                headers[name] = Import.IsSecret(name) ? import.Secret(name, $"the header {name}") : import.Text(text);
        }

        return (headers, type);
    }

    private static void AddBody(JsonObject step, DocumentNode request, JsonObject headers, string? type, Import import)
    {
        if (request.Object("postData") is not { } body)
            return;
        var mime = type ?? body.Text("mimeType", 1000, min: 0) ?? "";
        var text = body.Text("text", 4_000_000, min: 0) ?? "";
        if (mime.Contains("json", StringComparison.OrdinalIgnoreCase) && Parse(text) is { } json)
            step["json"] = import.Json(json);
        else if (mime.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) && FormOf(body, text, import) is { Count: > 0 } form)
            step["form"] = form;
        else if (text.Length > 0)
            AddRaw(step, text, mime, headers, import);
    }

    private static void AddRaw(JsonObject step, string text, string mime, JsonObject headers, Import import)
    {
        if (text.Length > 1_000_000)
        {
            import.Warn($"The body of {step["name"]} left out: it has more than a million characters");
            return;
        }

        step["body"] = import.Text(text);
        if (mime.Length is > 0 and <= 10_000 && mime.AsSpan().IndexOfAny("\r\n") < 0)
            headers["Content-Type"] = import.Text(mime);
        if (mime.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) || text.Split('&', '\n', '"', '=').Any(Import.IsSecret))
            import.Warn($"The body of {step["name"]} is taken over as it was recorded: look whether there is a secret in it");
    }

    private static JsonObject FormOf(DocumentNode body, string text, Import import)
    {
        var fields = body.List("params").Select(p => new DocumentNode(p.Value, p.Path, import.Errors)).Select(p => (Name: Uri.UnescapeDataString(p.Text("name", 1000, min: 0) ?? ""), Value: Decoded(p.Text("value", 100_000, min: 0) ?? ""))).ToList();
        if (fields.Count == 0)
            fields = [.. text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).Select(p => (Decoded(p[0]), p.Length > 1 ? Decoded(p[1]) : ""))];
        var form = new JsonObject();
        foreach (var (name, value) in fields)
        {
            if (form.ContainsKey(name))
                import.Warn($"A form has the field {import.Text(Import.Short(name, 100))} twice: its last value is taken over");
            form[name] = import.Value(name, Import.Short(value, 10_000));
        }

        return form;
    }

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsStatic(DocumentNode entry)
    {
        var type = (entry.Raw("response") as JsonObject)?["content"] is JsonObject content && content["mimeType"] is JsonValue mime ? mime.ToString() : "";
        var path = (entry.Raw("request") as JsonObject)?["url"] is JsonValue url && Uri.TryCreate(url.ToString(), UriKind.Absolute, out var uri) ? uri.AbsolutePath : "";
        return StaticTypes.Any(t => type.StartsWith(t, StringComparison.OrdinalIgnoreCase)) || StaticEndings.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase));
    }

    // From the end of one to the begin of the next; what a browser sends at once has none.
    private static TimeSpan PauseBetween(DocumentNode entry, DocumentNode next)
    {
        if (StartOf(entry) is not { } began || StartOf(next) is not { } follows)
            return TimeSpan.Zero;
        var pause = follows - began - TimeSpan.FromMilliseconds(Math.Clamp(entry.Number("time", -1e9, 1e9) ?? 0, 0, 1e9));
        return pause < TimeSpan.Zero ? TimeSpan.Zero : pause > LongestPause ? LongestPause : pause;
    }

    private static DateTimeOffset? StartOf(DocumentNode entry) =>
        DateTimeOffset.TryParse(entry.Raw("startedDateTime") is JsonValue at ? at.ToString() : "", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start) ? start : null;
}
