using System.Diagnostics;
using System.Text.RegularExpressions;
using Loadstone.Gateway.Api;
using Loadstone.Gateway.Doors;

namespace Loadstone.Gateway.Audit;

/// <summary>One line of the audit log: who did what to which thing, when, from where, and what came of it. No bodies, no queries, no secrets.</summary>
internal sealed partial record AuditEntry(
    Guid Id, DateTimeOffset At, string? User, string Via, string? Operation, string Method, string Path, string? Resource, int Status,
    string? Address, string? UserAgent, string? TraceId)
{
    private const int Longest = 200;

    public static AuditEntry Of(HttpContext context, Operation? operation, int status, DateTimeOffset at)
    {
        var (request, visitor) = (context.Request, Visitor.Of(context));
        return new AuditEntry(
            Guid.CreateVersion7(at), at, visitor?.User, Wire(visitor?.By ?? Credential.None), operation?.Id, Short(request.Method), Short(request.Path),
            ResourceIn(request.Path, operation), status, context.Connection.RemoteIpAddress?.ToString(), Short(request.Headers.UserAgent.ToString()),
            Activity.Current?.TraceId.ToString());
    }

    /// <summary>What came of it, in a word.</summary>
    public string Outcome => Status switch
    {
        < 400 => "done",
        401 or 403 or 429 => "refused",
        _ => "failed",
    };

    public static readonly IReadOnlyList<string> Outcomes = ["done", "refused", "failed"];

    public static string Wire(Credential by) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(by.ToString());

    private static string? ResourceIn(PathString path, Operation? operation) =>
        operation is not null && operation.Path.Contains('{', StringComparison.Ordinal) ? Guids().Match(path.Value!) is { Success: true } id ? id.Value : null : null;

    // Whoever puts a key into an address must not find it in a log; and PostgreSQL holds no zero characters.
    private static string Short(string text)
    {
        var shown = Keys().Replace(text, "lsk_…").Replace('\0', ' ');
        return shown.Length <= Longest ? shown : shown[..Longest];
    }

    [GeneratedRegex("lsk_[A-Za-z0-9_-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Keys();

    [GeneratedRegex("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Guids();
}
