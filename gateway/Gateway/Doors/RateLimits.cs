using System.Globalization;
using System.Threading.RateLimiting;
using Loadstone.Gateway.Api;
using Loadstone.ServiceHost;

namespace Loadstone.Gateway.Doors;

/// <summary>How many calls a minute a user or key has, by what they are; who is unknown is counted by address. This instance's own count.</summary>
internal sealed record RateLimits(int Reads, int Writes, int Executes, int SignIns)
{
    private const int Segments = 6;
    private static readonly string[] Attempts = ["signIn", "refreshTokens"];

    public static RateLimits From(IConfiguration settings) => new(
        Of(settings, "LOADSTONE_LIMIT_READS", 600), Of(settings, "LOADSTONE_LIMIT_WRITES", 120),
        Of(settings, "LOADSTONE_LIMIT_EXECUTES", 20), Of(settings, "LOADSTONE_LIMIT_SIGN_INS", 10));

    /// <summary>What a call is counted with; what is no part of the API is not counted.</summary>
    public RateLimitPartition<string> PartitionOf(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
            return RateLimitPartition.GetNoLimiter("open");
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        var operation = Operation.Of(context);
        if (operation is not null && Attempts.Contains(operation.Id))
            return Window($"attempts {address}", SignIns);
        var kind = operation?.RateClass ?? RateClass.Read;
        return Window($"{kind} {Visitor.Of(context)?.User ?? $"at {address}"}", LimitOf(kind));
    }

    private int LimitOf(RateClass kind) => kind switch
    {
        RateClass.Execute => Executes,
        RateClass.Write => Writes,
        _ => Reads,
    };

    private static RateLimitPartition<string> Window(string who, int limit) => RateLimitPartition.GetSlidingWindowLimiter(who, _ =>
        new SlidingWindowRateLimiterOptions { PermitLimit = limit, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = Segments });

    private static int Of(IConfiguration settings, string name, int usual) => settings[name] is not { Length: > 0 } text ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 ? limit
        : throw new InvalidOperationException($"{name} must be a whole number of calls a minute, at least 1.");
}

internal static class RateLimitsSetup
{
    public static void AddRateLimits(this WebApplicationBuilder builder)
    {
        var limits = RateLimits.From(builder.Configuration);
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(limits.PartitionOf);
            limiter.OnRejected = async (rejected, _) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
                var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
                rejected.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                await Problems.WriteAsync(rejected.HttpContext, new RefusalException(StatusCodes.Status429TooManyRequests, $"Too many calls; try again in {seconds} s."));
            };
        });
    }
}
