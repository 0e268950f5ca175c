using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Loadstone.SampleTarget;

/// <summary>How answers are made: whole, with their length, and never flushed (see <see cref="FrontDoor"/>).</summary>
internal static class Answer
{
    public static IResult Json<T>(T value, int status = 200) => new JsonAnswer<T>(value, status, "application/json");

    /// <summary>Problem details (RFC 9457); <paramref name="errors"/> names each offending member by its path in the body.</summary>
    public static IResult Problem(int status, string detail, Dictionary<string, string[]>? errors = null) =>
        new JsonAnswer<Problem>(new Problem("about:blank", Title(status), status, detail, errors), status, "application/problem+json");

    public static IResult NotFound(string what) => Problem(404, $"There is no {what}.");

    public static IResult Invalid(string member, string reason) => Invalid([(member, reason)]);

    public static IResult Invalid(IReadOnlyList<(string Member, string Reason)> errors) =>
        Problem(400, string.Join("; ", errors.Select(error => $"{error.Member}: {error.Reason}")) + ".",
            errors.GroupBy(error => error.Member, StringComparer.Ordinal).ToDictionary(
                group => group.Key, group => group.Select(error => error.Reason).ToArray(), StringComparer.Ordinal));

    /// <summary>The answer to a request whose handling threw: the caller's fault if the framework says so, else ours.</summary>
    public static IResult Refusal(Exception failure) => failure switch
    {
        BadHttpRequestException { InnerException: JsonException json } => Invalid(MemberAt(json), "is unknown or has a value that does not fit"),
        BadHttpRequestException refusal => Problem(refusal.StatusCode, refusal.Message),
        _ => Problem(500, "The target failed to answer."),
    };

    /// <summary>Ends the request now: the front door answers a refusal of this status.</summary>
    public static BadHttpRequestException Refuse(int status, string detail) => new(detail, status);

    public static void Write(HttpResponse response, string contentType, ReadOnlySpan<byte> body)
    {
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body);
    }

    private static string MemberAt(JsonException json) => json.Path is { Length: > 2 } path ? path[2..] : "body";

    private static string Title(int status) => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);
}

internal sealed record Problem(string Type, string Title, int Status, string Detail, Dictionary<string, string[]>? Errors);

internal sealed class JsonAnswer<T>(T value, int status, string contentType) : IResult
{
    private static readonly JsonTypeInfo<T> Shape = (JsonTypeInfo<T>)Wire.Default.Options.GetTypeInfo(typeof(T));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var scratch = Scratch.Json(value, Shape);
        httpContext.Response.StatusCode = status;
        Answer.Write(httpContext.Response, contentType, scratch);
        return Task.CompletedTask;
    }
}

/// <summary>One buffer and one writer per thread; what they hold is good until the thread serializes again.</summary>
internal static class Scratch
{
    [ThreadStatic] private static ArrayBufferWriter<byte>? _buffer;
    [ThreadStatic] private static Utf8JsonWriter? _writer;

    public static ReadOnlySpan<byte> Json<T>(T value, JsonTypeInfo<T> shape)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        var writer = _writer ??= new Utf8JsonWriter(buffer);
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        JsonSerializer.Serialize(writer, value, shape);
        return buffer.WrittenSpan;
    }
}
