using System.Globalization;
using Loadstone.Contracts;

namespace Loadstone.Scheduler;

/// <summary>What people did to a running load, read from the events of its execution.</summary>
public static class Interventions
{
    /// <summary>In order, each at its second counted from the common start. Pure.</summary>
    public static IReadOnlyList<Intervention> Of(IEnumerable<object> events)
    {
        var (found, start, paused, pausedAt) = (new List<Intervention>(), DateTimeOffset.MaxValue, TimeSpan.Zero, DateTimeOffset.MaxValue);
        foreach (var e in events)
        {
            switch (e)
            {
                case ExecutionStarted started:
                    start = started.StartAt;
                    break;
                case ExecutionPaused p:
                    pausedAt = p.At;
                    found.Add(new Intervention((p.At - start).TotalSeconds, InterventionKind.Paused, "paused", p.By, p.At));
                    break;
                case ExecutionResumed r:
                    paused += r.At - pausedAt;
                    found.Add(new Intervention((r.At - start).TotalSeconds, InterventionKind.Resumed, "resumed", r.By, r.At));
                    break;
                // Its instant is by the schedule's clock, which stands still in a pause.
                case LoadChanged { By: not ExecutionDecisions.CapacitySearcher } changed:
                    found.Add(new Intervention(changed.FromSeconds + paused.TotalSeconds, InterventionKind.Changed, InWords(changed), changed.By, changed.At));
                    break;
                default:
                    break;
            }
        }

        return found;
    }

    /// <summary>A change of the load in words.</summary>
    public static string InWords(LoadChanged e) => e.SkippedPhase is { } phase
        ? string.Create(CultureInfo.InvariantCulture, $"the phase {phase} ends at {e.FromSeconds} s")
        : string.Create(CultureInfo.InvariantCulture, $"{e.Users ?? e.Rate} {(e.Users is null ? "arrivals per second" : "virtual users")} from {e.FromSeconds} s on");
}
