
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Loadstone.ServiceHost;

/// <summary>Who a call is made for.</summary>
/// <param name="Service">The service that makes the call.</param>
/// <param name="User">The person or key it is made for; the service itself when it acts on its own.</param>
/// <param name="Roles">The roles the user has.</param>
public sealed record Caller(string Service, string User, IReadOnlyList<string> Roles);

/// <summary>A run that a worker is to prepare.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="EnvironmentId">The environment it goes against.</param>
/// <param name="AtMs">When the scheduler said so, in ms of Unix time.</param>
public sealed record SignedRun(Guid ExecutionId, Guid EnvironmentId, long AtMs);

/// <summary>
/// Proves to a service that a call comes from the platform itself: a header with the caller and the time, signed with
/// HMAC-SHA-256 (RFC 2104) by the key all services share (<c>LOADSTONE_INTERNAL_KEY</c>), good for 60 seconds.
/// </summary>
public sealed class InternalIdentity(byte[] key, TimeProvider time)
{
    /// <summary>The header; the gateway takes it off whatever comes from outside.</summary>
    public const string Header = "Loadstone-Identity";

    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(60);
    // What is signed for one purpose is worth nothing for another.
    private const string RunPurpose = "run:";

    private static readonly object CallerItem = new();

    /// <summary>Reads the key from the settings.</summary>
    /// <exception cref="InvalidOperationException">There is no key of at least 32 characters.</exception>
    public static InternalIdentity From(IConfiguration configuration) => configuration["LOADSTONE_INTERNAL_KEY"] is { Length: >= 32 } key
        ? new InternalIdentity(Encoding.UTF8.GetBytes(key), TimeProvider.System)
        : throw new InvalidOperationException("LOADSTONE_INTERNAL_KEY must be set, the same for all services, to at least 32 characters.");

    /// <summary>The header's value for a call made now.</summary>
    public string Sign(Caller caller)
    {
        var signed = new SignedCaller(caller, time.GetUtcNow().ToUnixTimeMilliseconds());
        var body = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(signed));
        return $"{body}.{Signature(body)}";
    }

    /// <summary>The caller a header speaks of; null when it is forged, malformed or too old.</summary>
    public Caller? Verify(string? header)
    {
        if (header?.Split('.') is not [var body, var signature] || !IsSignature(body, signature))
            return null;
        var signed = JsonSerializer.Deserialize<SignedCaller>(Convert.FromBase64String(body))!;
        var age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(signed.AtMs);
        return age.Duration() <= GoodFor ? signed.Caller : null;
    }

    /// <summary>The header in which a worker shows the token of its run.</summary>
    public const string RunHeader = "Loadstone-Run";

    private static readonly TimeSpan RunGoodFor = TimeSpan.FromMinutes(5);

    /// <summary>A token for one run against one environment, good for 5 minutes. It opens nothing without <see cref="Header"/>.</summary>
    public string SignRun(Guid executionId, Guid environmentId)
    {
        var run = new SignedRun(executionId, environmentId, time.GetUtcNow().ToUnixTimeMilliseconds());
        var body = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(run));
        return $"{body}.{Signature(RunPurpose + body)}";
    }

    /// <summary>The run a token speaks of; null when it is forged, malformed or too old.</summary>
    public SignedRun? VerifyRun(string? token)
    {
        if (token?.Split('.') is not [var body, var signature] || !IsSignature(RunPurpose + body, signature))
            return null;
        var run = JsonSerializer.Deserialize<SignedRun>(Convert.FromBase64String(body))!;
        return (time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(run.AtMs)).Duration() <= RunGoodFor ? run : null;
    }

    /// <summary>The caller of the present request.</summary>
    public static Caller CallerOf(HttpContext context) => (Caller)context.Items[CallerItem]!;

    // Null at the platform's edge, where nobody has signed for the caller.
    internal static Caller? FindCaller(HttpContext context) => context.Items[CallerItem] as Caller;

    /// <summary>At the edge, which knows by itself who calls: calls made within this request speak for that caller.</summary>
    public static void Enter(HttpContext context, Caller caller) => context.Items[CallerItem] = caller;

    internal bool Admit(HttpContext context)
    {
        if (Verify(context.Request.Headers[Header]) is not { } caller)
            return false;
        Enter(context, caller);
        return true;
    }

    private bool IsSignature(string body, string signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Signature(body)), Encoding.ASCII.GetBytes(signature));

    private string Signature(string body) => Convert.ToHexString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(body)));

    private sealed record SignedCaller(Caller Caller, long AtMs);
}

/// <summary>Turns away calls that do not come from the platform.</summary>
internal static class InternalIdentityPipeline
{
    // What those ask who look after the machines; nothing there is about anybody's runs but their numbers.
    private static readonly string[] Open = ["/health", "/metrics"];

    public static void UseInternalIdentity(this WebApplication app)
    {
        var identity = app.Services.GetService(typeof(InternalIdentity)) as InternalIdentity;
        app.Use((context, next) => Open.Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal)) || identity!.Admit(context)
            ? next(context)
            : Problems.WriteAsync(context, new RefusalException(StatusCodes.Status401Unauthorized, "Services answer the gateway only.")));
    }

}
