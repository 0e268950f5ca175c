using Loadstone.Contracts;
using static System.FormattableString;

namespace Loadstone.Ingestion;

public enum ShardState
{
    Running,
    Finished,
    Lost,
}

/// <summary>What is known of one shard: what it said when it finished, or when it was given up.</summary>
/// <param name="Shard">Its number.</param>
/// <param name="State">Whether it goes on.</param>
/// <param name="LastSequence">Its last second, once it has finished.</param>
/// <param name="Sent">What it says it sent.</param>
/// <param name="Outcomes">What it says came of it.</param>
/// <param name="EndedAt">When it was over.</param>
/// <param name="Parent">The lost shard whose share it carries on; null for one from the beginning.</param>
/// <param name="FirstSecond">The first second of one that carries on; null while that is not known.</param>
/// <param name="Planned">What a lost one was to do; null when its plan sets no number.</param>
public sealed record ShardAccount(
    int Shard, ShardState State, int? LastSequence, long? Sent, long? Outcomes, DateTimeOffset? EndedAt, int? Parent = null, int? FirstSecond = null,
    PlannedWork? Planned = null)
{
    /// <summary>The first second it is to report; beyond any while it has not begun.</summary>
    public int First => Parent is null ? 0 : FirstSecond ?? int.MaxValue;
}

/// <summary>What is stored of one shard.</summary>
/// <param name="Shard">Its number.</param>
/// <param name="Count">How many windows.</param>
/// <param name="LastSequence">The last of them.</param>
/// <param name="Sent">Requests in them.</param>
/// <param name="Outcomes">Their outcomes.</param>
/// <param name="LastLoaded">The last one with any load due; −1 when there is none.</param>
/// <param name="OpenIterations">Iterations that were planned and of which no end is known.</param>
public sealed record StoredWindows(int Shard, int Count, int LastSequence, long Sent, long Outcomes, int LastLoaded = -1, long OpenIterations = 0);

/// <summary>Who has reported a second.</summary>
/// <param name="Shards">The shards that have; those below 0 are samples of other tools, which are of their own clocks.</param>
/// <param name="IsLaterHeard">Whether any shard of the run itself has reported a later one.</param>
public sealed record SecondReports(IReadOnlyCollection<int> Shards, bool IsLaterHeard)
{
    /// <summary>Whether the run itself has reached the second, as far as is known.</summary>
    public bool IsReached => IsLaterHeard || Shards.Any(shard => shard >= 0);
}

/// <summary>
/// The accounts of one run: when a second may be closed, and when and how the whole is sealed. Pure: what is stored and what
/// the time is come in.
/// </summary>
public sealed record RunAccounts(DateTimeOffset? StartAt, IReadOnlyList<ShardAccount> Shards)
{
    /// <summary>A second is closed without those who have not reported it by so long after its end.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A run is sealed, gaps and all, so long after its last shard ended.</summary>
    public static readonly TimeSpan SealingPatience = TimeSpan.FromSeconds(10);

    public bool IsLoadOver => Shards.Count > 0 && Shards.All(s => s.State != ShardState.Running);

    /// <summary>The shards that ought to report a second.</summary>
    public IEnumerable<int> ExpectedAt(int second) => Shards.Where(s => s.First <= second && s.State switch
    {
        ShardState.Running => true,
        ShardState.Finished => s.LastSequence >= second,
        _ => false,
    }).Select(s => s.Shard);

    /// <summary>
    /// Whether a second can be closed now, with those who have reported it. One that nobody has waits until a later one is heard: its windows may
    /// still be on their way, as while the broker is away, and whether the run lasted that long nobody knows before.
    /// </summary>
    public bool CanClose(int second, SecondReports reports, DateTimeOffset now)
    {
        if (StartAt is not { } start)
            return false;
        var expected = ExpectedAt(second).ToList();
        if (!expected.Except(reports.Shards).Any() && (expected.Count > 0 || reports.Shards.Count > 0))
            return true;
        // A second that nobody is to report while the load goes on lies between a lost shard and the one that carries on.
        return (expected.Count > 0 || !IsLoadOver) && reports.IsReached && now >= start.AddSeconds(second + 1) + Patience;
    }

    /// <summary>The last second of the run, once the load is over; −1 when there is none.</summary>
    public int LastSecond(IReadOnlyList<StoredWindows> stored) => Math.Max(
        Shards.Select(s => s.State == ShardState.Finished ? s.LastSequence ?? -1 : -1).DefaultIfEmpty(-1).Max(),
        stored.Select(s => s.LastSequence).DefaultIfEmpty(-1).Max());

    /// <summary>Whether the run is to be sealed now: every shard's account is there and agrees, or was waited for long enough.</summary>
    public bool CanSeal(IReadOnlyList<StoredWindows> stored, DateTimeOffset now) =>
        IsLoadOver && Shards.All(s => IsWhole(s, stored) || now >= s.EndedAt + SealingPatience);

    /// <summary>The most requests that lost shards may have sent and that nobody counted; null when nothing limits them.</summary>
    public long? UnknownMax(IReadOnlyList<StoredWindows> stored) =>
        Shards.Where(s => s.State == ShardState.Lost && !IsWhole(s, stored)).Aggregate((long?)0, (sum, s) => sum + UnknownMax(s, StoredOf(s, stored)));

    /// <summary>What is missing and was not made up for, in sentences.</summary>
    public IReadOnlyList<string> Gaps(IReadOnlyList<StoredWindows> stored) => [.. Shards.Where(s => HeirOf(s) is null).Select(s => GapOf(s, stored)).OfType<string>()];

    /// <summary>Where the share of a lost shard was carried on by another, and from when on: gaps that are known to the second.</summary>
    public IReadOnlyList<string> Notes(IReadOnlyList<StoredWindows> stored) => [.. Shards.Where(s => s.State == ShardState.Lost)
        .Select(lost => (Gap: GapOf(lost, stored), Heir: HeirOf(lost))).Where(moved => moved.Heir is not null)
        .Select(moved => Invariant($"{moved.Gap}; shard {moved.Heir!.Shard} carried its share on from second {moved.Heir.FirstSecond}"))];

    private ShardAccount? HeirOf(ShardAccount shard) =>
        shard.State == ShardState.Lost ? Shards.FirstOrDefault(s => s.Parent == shard.Shard && s.FirstSecond is not null) : null;

    // What it said at its end is what is stored of it.
    private static bool IsWhole(ShardAccount shard, IReadOnlyList<StoredWindows> all)
    {
        var stored = StoredOf(shard, all);
        return shard.LastSequence is not null && stored.Count == SecondsOf(shard) && stored.Sent == shard.Sent && stored.Outcomes == shard.Outcomes;
    }

    private static int SecondsOf(ShardAccount shard) => Math.Max(0, (shard.LastSequence ?? -1) + 1 - shard.First);

    private static StoredWindows StoredOf(ShardAccount shard, IReadOnlyList<StoredWindows> all) =>
        all.FirstOrDefault(s => s.Shard == shard.Shard) ?? new StoredWindows(shard.Shard, 0, -1, 0, 0);

    private string? GapOf(ShardAccount shard, IReadOnlyList<StoredWindows> all)
    {
        var stored = StoredOf(shard, all);
        if (shard.State == ShardState.Lost)
            return LossOf(shard, stored, IsWhole(shard, all));
        if (IsWhole(shard, all))
            return null;
        return stored.Count != SecondsOf(shard) ? Invariant($"shard {shard.Shard} has {stored.Count} of its {SecondsOf(shard)} seconds")
            : Invariant($"shard {shard.Shard} says it sent {shard.Sent} requests with {shard.Outcomes} outcomes, its seconds have {stored.Sent} and {stored.Outcomes}");
    }

    private string LossOf(ShardAccount shard, StoredWindows stored, bool isWhole)
    {
        var lost = stored.LastLoaded < 0 ? Invariant($"shard {shard.Shard} was lost before a second of it was heard")
            : Invariant($"shard {shard.Shard} was lost after its second {stored.LastLoaded}");
        return isWhole ? lost + ", and all it sent is counted"
            : UnknownMax(shard, stored) is { } most ? Invariant($"{lost}, with at most {most} requests sent that nobody counted")
            : lost + ", with requests sent that nobody counted";
    }

    // Iterations it had begun by then may send all of their requests after it.
    private long? UnknownMax(ShardAccount shard, StoredWindows stored)
    {
        if (shard.First == int.MaxValue || StartAt is null)
            return 0;
        if (shard.Planned is not { } planned)
            return null;
        var unheardSeconds = (int)Math.Ceiling((shard.EndedAt!.Value - StartAt.Value).TotalSeconds) - Math.Max(stored.LastSequence + 1, shard.First);
        return unheardSeconds <= 0 ? stored.OpenIterations * planned.RequestsEach
            : (stored.OpenIterations + planned.IterationsInLast[Math.Min(unheardSeconds, planned.IterationsInLast.Count) - 1]) * planned.RequestsEach;
    }
}
