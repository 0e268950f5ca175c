using Loadstone.Plans;
using static System.FormattableString;

namespace Loadstone.Scheduler;

/// <summary>Where a run that waits for workers stands.</summary>
/// <param name="Position">Its place in the line; 1 is the next.</param>
/// <param name="WaitsFor">What it waits for, in words.</param>
public sealed record QueuePlace(int Position, string WaitsFor);

/// <summary>
/// The runs that wait for workers, in the order they were asked for. Nobody is overtaken by a smaller run that would fit sooner; only one
/// that could not run even if these workers had nothing else to do holds nobody up.
/// </summary>
public static class WaitingLine
{
    public static IEnumerable<Execution> Of(IEnumerable<Execution> active) =>
        active.Where(x => x.Phase == ExecutionPhase.Waiting).OrderBy(x => x.Request.At).ThenBy(x => x.Id);

    /// <summary>Whether workers may be given to a run now, when there is room: nobody who could use them came before.</summary>
    public static bool IsTurnOf(Execution x, IReadOnlyList<Execution> active, IReadOnlyList<FreeWorker> workers) =>
        !Of(active).TakeWhile(earlier => earlier.Id != x.Id).Any(earlier => CanEverRun(earlier, workers));

    /// <summary>The next run and the workers it gets; null while there is none that fits.</summary>
    public static (Execution Run, ShardsAssigned Given)? Next(IReadOnlyList<Execution> active, IReadOnlyList<FreeWorker> workers, DateTimeOffset now) =>
        Of(active).FirstOrDefault(x => CanEverRun(x, workers)) is { } first && ExecutionDecisions.Assign(first, workers, now).FirstOrDefault() is ShardsAssigned given
            ? (first, given)
            : null;

    /// <summary>Where a run stands; null when it does not wait.</summary>
    public static QueuePlace? PlaceOf(Execution x, IReadOnlyList<Execution> active, IReadOnlyList<FreeWorker> workers)
    {
        if (x.Phase != ExecutionPhase.Waiting)
            return null;
        var now = NeedsOf(x.Plan).Select(n => Invariant($"{(n.Region is null ? "" : $"{n.Region} ")}{workers.Count(w => w.IsIn(n.Region) && w.FreeUsers >= n.Users)} of {workers.Count(w => w.IsIn(n.Region))}"));
        return new QueuePlace(1 + Of(active).TakeWhile(earlier => earlier.Id != x.Id).Count(), $"{InWords(x.Plan)}; {string.Join(", ", now)} have it now");
    }

    /// <summary>The workers a plan needs, in words.</summary>
    public static string InWords(TestPlan plan) => string.Join(" and ", NeedsOf(plan).Select(n =>
        Invariant($"{n.Workers} {(n.Workers == 1 ? "worker" : "workers")}{(n.Region is null ? "" : $" in {n.Region}")} with room for {n.Users} virtual users{(n.Workers == 1 ? "" : " each")}")));

    private static IEnumerable<(string? Region, int Workers, long Users)> NeedsOf(TestPlan plan) => RegionShares.Of(plan)
        .GroupBy(s => s.Region).Select(g => (g.Key, g.Count(), g.Max(s => s.Share.CountOf(plan.MaxVirtualUsers))));

    private static bool CanEverRun(Execution x, IReadOnlyList<FreeWorker> workers) =>
        ExecutionDecisions.Assign(x, [.. workers.Select(w => w with { FreeUsers = w.CapacityUsers })], x.Request.At).Any();
}

/// <summary>Where runs that wait stand in the line; it is looked up only when one does.</summary>
internal sealed class QueuePlaces(Executions executions, Fleet fleet)
{
    public async Task<Func<Execution, QueuePlace?>> OfAsync(IEnumerable<Execution> shown, CancellationToken cancellation)
    {
        if (shown.All(x => x.Phase != ExecutionPhase.Waiting))
            return _ => null;
        var active = await executions.ActiveAsync(cancellation);
        var workers = fleet.Free(active);
        return x => WaitingLine.PlaceOf(x, active, workers);
    }
}
