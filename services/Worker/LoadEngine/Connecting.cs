using Loadstone.LoadEngine.Http;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>
/// Opens connections before the run: one to prove that the target is there, then those of the users who are due in the first
/// second, so that a start of a thousand users does not measure a thousand handshakes.
/// </summary>
internal sealed class Connecting(RunParts parts, Origins origins)
{
    private const int MostAhead = 1000;
    private const int AtOnce = 64;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <exception cref="PlanNotRunnableException">The target cannot be reached.</exception>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        if (origins.All.Count == 0 || parts.Users.Count == 0)
            return;
        var origin = origins.All[0];
        if (await ConnectAsync(parts.Users[0], origin) is { } error)
            throw new PlanNotRunnableException($"the target {origin} cannot be reached: {Words(error)}");
        var shape = parts.Order.Plan.Shape;
        var first = shape.Unit == LoadUnit.Users ? (int)Math.Ceiling(shape.At(TimeSpan.FromSeconds(1))) : parts.Users.Count;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(parts.Users.Take(Math.Min(first, MostAhead)), options, async (user, _) => await ConnectAsync(user, origin));
    }

    private async Task<string?> ConnectAsync(VirtualUser user, Origin origin)
    {
        var connection = user.ConnectionTo(origin);
        connection.Arm(parts.Pacer.NowNs + (Longest.Ticks * 100));
        using var watch = new Timer(_ => user.GiveUp(parts.Pacer.NowNs, always: false), null, Longest, Longest);
        var error = await connection.EnsureOpenAsync();
        error = connection.Disarm() ?? error;
        connection.Finish(reusable: error is null);
        return error;
    }

    private static string Words(string error) => error switch
    {
        ErrorTypes.ConnectRefused => "it refused the connection (nothing listens there)",
        ErrorTypes.DnsFailed => "its name does not resolve",
        ErrorTypes.TlsFailed => "the TLS handshake failed",
        ErrorTypes.TimedOut => "it did not answer within 10 s",
        _ => error,
    };
}
