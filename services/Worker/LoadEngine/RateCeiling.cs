using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>
/// The most requests per second that a whole run may send, as a schedule of tokens that shards share by number: token g is due
/// at g / rate seconds from the start, and belongs to the shard that has the number g. So no second of the run has
/// more than the ceiling, on however many workers. A token that nobody takes lapses after a moment and with its second; there is
/// nothing to save up.
/// </summary>
/// <remarks>
/// What is held back is due when its token is: the wait is neither the target's time nor the generator's lag, but a longer pause
/// between requests, and is counted as <c>held</c>. Lanes take tokens at the same time as one another.
/// </remarks>
/// <param name="perSecond">The ceiling; taken to a thousandth.</param>
/// <param name="share">Which part of the run this shard is.</param>
internal sealed class RateCeiling(double perSecond, ShardShare share)
{
    private const long NsPerSecond = 1_000_000_000;
    private const long ShortestLifeNs = NsPerSecond / 10;

    private readonly ulong _perThousandSeconds = (ulong)Math.Max(1, Math.Floor(perSecond * 1000));
    private long _startNs;
    private long _next;

    /// <summary>The start of the run, by the lanes' clock.</summary>
    public void Begin(long startNs) => Volatile.Write(ref _startNs, startNs);

    /// <summary>Takes the next token, and says when it may be used: now or later, by the lanes' clock.</summary>
    public long Take(long nowNs)
    {
        var sinceNs = Math.Max(0, nowNs - Volatile.Read(ref _startNs));
        while (true)
        {
            var next = Volatile.Read(ref _next);
            var token = Math.Max(next, FirstAlive(sinceNs));
            if (Interlocked.CompareExchange(ref _next, token + 1, next) == next)
                return Volatile.Read(ref _startNs) + Math.Max(sinceNs, DueNs(token));
        }
    }

    /// <summary>True when a token that was for one instant is used too late: in another second.</summary>
    public bool HasLapsed(long tokenNs, long nowNs)
    {
        var startNs = Volatile.Read(ref _startNs);
        return (nowNs - startNs) / NsPerSecond != (tokenNs - startNs) / NsPerSecond;
    }

    /// <summary>When a token of this shard is due, in ns from the start.</summary>
    internal long DueNs(long token)
    {
        var number = (UInt128)share.NumberAt(token);
        return (long)(((number * 1000 * NsPerSecond) + _perThousandSeconds - 1) / _perThousandSeconds);
    }

    // The first token of this second that was due a moment ago at most.
    private long FirstAlive(long sinceNs)
    {
        var lifeNs = Math.Max(ShortestLifeNs, (long)(1000 * NsPerSecond * (UInt128)share.Of / _perThousandSeconds));
        var fromNs = Math.Max(sinceNs - lifeNs, sinceNs / NsPerSecond * NsPerSecond);
        var number = (UInt128)(ulong)fromNs * _perThousandSeconds / (1000 * NsPerSecond);
        var token = share.CountOf((long)number);
        while (DueNs(token) < fromNs)
            token++;
        return token;
    }
}
