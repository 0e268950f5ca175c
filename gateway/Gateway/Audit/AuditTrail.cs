using Loadstone.Gateway.Api;
using Microsoft.Extensions.Caching.Memory;

namespace Loadstone.Gateway.Audit;

/// <summary>
/// Decides what is noted, and when. Every call that would change something, every sign-in and every refusal is; of reads, those of
/// results and reports and of what concerns people. The line of a call that may have changed something is kept before its answer
/// begins. What repeats itself (a page that reloads, a stranger who knocks on and on) is noted once a minute.
/// </summary>
internal sealed class AuditTrail(AuditLog log, TimeProvider time, ILogger<AuditTrail> logger) : IDisposable
{
    private const int ClientClosed = 499;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OncePer = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _noted = new(new MemoryCacheOptions { SizeLimit = 50_000 });

    public async Task FollowAsync(HttpContext context, RequestDelegate next)
    {
        // Read now: whoever answers for an exception later finds the route taken off the request.
        var operation = Operation.Of(context);
        var isNoted = false;
        context.Response.OnStarting(() =>
        {
            isNoted = true;
            return NoteAsync(context, operation, context.Response.StatusCode);
        });
        try
        {
            await next(context);
        }
        finally
        {
            if (!isNoted)
                await NoteAsync(context, operation, context.RequestAborted.IsCancellationRequested ? ClientClosed : context.Response.StatusCode);
        }
    }

    public void Dispose() => _noted.Dispose();

    private async Task NoteAsync(HttpContext context, Operation? operation, int status)
    {
        var isUnsafe = !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) && !HttpMethods.IsOptions(context.Request.Method);
        if (!IsWorthNoting(context, operation, isUnsafe, status))
            return;
        var entry = AuditEntry.Of(context, operation, status, time.GetUtcNow());
        if (IsRepetitive(entry, isUnsafe) && !IsFirst(entry))
            return;
        try
        {
            var kept = await log.NoteAsync(entry, CancellationToken.None);
            if (isUnsafe)
                await kept.WaitAsync(Patience);
        }
        catch (Exception e) when (e is TimeoutException or System.Threading.Channels.ChannelClosedException)
        {
            // The deed is done, so its answer is given; the line goes on waiting for the database.
            logger.LogError("The audit line {Id} ({User}, {Operation}, {Status}) is not kept yet", entry.Id, entry.User, entry.Operation, entry.Status);
        }
    }

    private static bool IsWorthNoting(HttpContext context, Operation? operation, bool isUnsafe, int status)
    {
        if (!context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
            return false;
        return status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status429TooManyRequests
            || (operation is not null && (isUnsafe || operation.IsAudited));
    }

    private static bool IsRepetitive(AuditEntry entry, bool isUnsafe) =>
        !isUnsafe || entry.Status == StatusCodes.Status429TooManyRequests || (entry.Status == StatusCodes.Status401Unauthorized && entry.Operation != "signIn");

    private bool IsFirst(AuditEntry entry)
    {
        var what = (entry.User ?? entry.Address, entry.Operation, entry.Resource, entry.Status);
        if (_noted.TryGetValue(what, out _))
            return false;
        _noted.Set(what, true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = OncePer });
        return true;
    }
}

internal static class AuditSetup
{
    public static void AddAudit(this IServiceCollection services)
    {
        services.AddSingleton<AuditLog>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditLog>());
        services.AddSingleton<AuditTrail>();
    }

    public static void UseAudit(this WebApplication app)
    {
        var trail = app.Services.GetRequiredService<AuditTrail>();
        app.Use(trail.FollowAsync);
    }
}
