using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>What became of one step of one user, or of several in a row.</summary>
/// <param name="EndNs">When it was over, by the pacer's clock.</param>
/// <param name="Failed">True when it did not do what it should.</param>
internal readonly struct StepOutcome(long EndNs, bool Failed)
{
    public long EndNs { get; } = EndNs;

    /// <summary>How long after its end the next step is due, in ns.</summary>
    public long RestNs { get; init; }

    public bool Failed { get; init; } = Failed;

    /// <summary>True when no further step of the iteration may begin.</summary>
    public bool EndsIteration { get; init; }

    public long NextDueNs => EndNs + RestNs;

    /// <summary>What whoever runs iterations asks of one: whether every step was done, and when the next is due.</summary>
    public void Deconstruct(out bool whole, out long nextDueNs) => (whole, nextDueNs) = (!EndsIteration, NextDueNs);

    /// <summary>What became of this and a step after it, as one.</summary>
    public StepOutcome Then(in StepOutcome next) => next with { Failed = Failed || next.Failed };

    /// <summary>What became of this and a step beside it, as one.</summary>
    public StepOutcome Beside(in StepOutcome other)
    {
        var endNs = Math.Max(EndNs, other.EndNs);
        return new StepOutcome(endNs, Failed || other.Failed)
        {
            RestNs = Math.Max(NextDueNs, other.NextDueNs) - endNs,
            EndsIteration = EndsIteration || other.EndsIteration,
        };
    }
}

/// <summary>A step of a journey, compiled: shared by all users, so it holds no state of any.</summary>
internal abstract class Operation
{
    /// <summary>The pause after the step.</summary>
    public required Waiting Think { get; init; }

    /// <summary>True when a failure ends the iteration.</summary>
    public required bool Critical { get; init; }

    /// <summary>Does the step for one user.</summary>
    /// <param name="user">The user; nothing else runs for it meanwhile.</param>
    /// <param name="dueNs">When the step was due; response times count from there.</param>
    public abstract ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs);
}

/// <summary>A pause: drawn anew each time, or the user's own.</summary>
internal readonly struct Waiting(DurationDistribution distribution, UserProfile? profile = null)
{
    private const long NsPerTick = 100;

    private readonly UserProfile _profile = profile ?? UserProfile.Default;
    private readonly ProfileTime? _own = distribution.Own;
    private readonly DistributionType _type = distribution.Type;
    private readonly long _firstNs = (distribution.Type == DistributionType.Uniform ? distribution.Min : distribution.Mean).Ticks * NsPerTick;
    private readonly long _secondNs = (distribution.Type == DistributionType.Uniform ? distribution.Max : distribution.Deviation).Ticks * NsPerTick;

    /// <summary>The next pause, in ns; never below 0.</summary>
    public long NextNs(VirtualUser user) => _own is { } own ? _profile.TimeNs(own, user) : DrawNs(ref user.Random);

    private long DrawNs(ref SplitMix random) => _type switch
    {
        DistributionType.Uniform => random.Between(_firstNs, _secondNs),
        DistributionType.Normal => Math.Max(0, _firstNs + (long)(random.Normal() * _secondNs)),
        _ => _firstNs,
    };
}

/// <summary>A step that only waits.</summary>
internal sealed class WaitOperation(Waiting duration) : Operation
{
    public override async ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs)
    {
        var untilNs = dueNs + duration.NextNs(user);
        await user.WaitUntil(untilNs);
        return new StepOutcome(untilNs, Failed: false) { EndsIteration = user.IsOver && user.NowNs < untilNs };
    }
}
