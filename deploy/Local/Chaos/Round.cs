using System.Globalization;
using Loadstone.Client;
using static System.FormattableString;

namespace Loadstone.Local.Chaos;

/// <summary>What came of one round.</summary>
/// <param name="Blow">What was done.</param>
/// <param name="Execution">The run as it ended, or as it stood when it was given up; null when it never began.</param>
/// <param name="TargetRequests">What the target counted.</param>
/// <param name="PlannedRequests">What the plan had; null for a load by users.</param>
/// <param name="Dead">Processes that died and were not struck.</param>
/// <param name="FailedMessages">Messages that ended in an error queue.</param>
/// <param name="TookSeconds">How long it took.</param>
/// <param name="CarriedOnAfterSeconds">How long after the blow another worker made the lost share; null when none was lost, or nobody did.</param>
internal sealed record Round(
    Blow Blow, ExecutionView? Execution, long TargetRequests, long? PlannedRequests, IReadOnlyList<string> Dead, int FailedMessages, double TookSeconds,
    double? CarriedOnAfterSeconds = null)
{
    private bool KillsWorker => Blow is { Victim: Victims.Worker, Kind: BlowKind.Kill };

    private long Difference => TargetRequests - (Execution?.TotalRequests ?? 0);

    /// <summary>What does not hold, in sentences; none in a good round.</summary>
    public IEnumerable<string> Faults() => Execution is not { } x ? ["the run never began"] : [.. EndFaults(x), .. CountFaults(x), .. Dead.Select(d => $"{d} died, and was not struck"),
        .. FailedMessages > 0 ? [Invariant($"{FailedMessages} messages could not be handled")] : Array.Empty<string>()];

    /// <summary>The round in one line.</summary>
    public string InWords() => Invariant(
        $"{Blow.Round,4}  {(Blow.Kind == BlowKind.Kill ? "kill -9" : "freeze "),-7} {Blow.Victim,-13} at {Blow.AtSecond,4:0.0} s for {Blow.AwaySeconds:0.0} s  {(Blow.Open ? "arrivals" : "users   ")}  ")
        + Invariant($"{Execution?.Status ?? "nothing",-9} {Execution?.Verdict?.ToString().ToLowerInvariant() ?? "no verdict",-9}  target {TargetRequests}, reported {Execution?.TotalRequests}")
        + (KillsWorker ? Invariant($", at most {Execution?.UnknownRequestsMax?.ToString(CultureInfo.InvariantCulture) ?? "?"} unknown") : "")
        + (CarriedOnAfterSeconds is { } after ? Invariant($", carried on after {after:0.0} s") : "") + Invariant($"  ({TookSeconds:0} s)")
        + string.Concat(Faults().Select(f => $"\n      WRONG: {f}"));

    private static IEnumerable<string> EndFaults(ExecutionView x)
    {
        if (!x.IsOver)
            yield return $"the run hangs in {x.Status}";
        else if (x.Status != "completed")
            yield return $"the run ended as {x.Status}: {x.ErrorDetails.Reason}";
        if (x.IsOver && x.Verdict is null)
            yield return "there is no verdict";
    }

    // What a killed worker had sent and not told is unknown, up to a number that is told; nothing else may be.
    private IEnumerable<string> CountFaults(ExecutionView x)
    {
        var unknown = x.UnknownRequestsMax ?? (Blow.Open ? 0 : long.MaxValue);
        if (!KillsWorker && unknown > 0)
            yield return Invariant($"{x.UnknownRequestsMax} requests are called unknown");
        if (Difference < 0 || Difference > (KillsWorker ? unknown : 0))
            yield return Invariant($"the target counted {TargetRequests} requests, reported are {x.TotalRequests}");
        if (PlannedRequests is { } planned && TargetRequests > planned)
            yield return Invariant($"the target counted {TargetRequests} requests, the plan had {planned}");
    }
}
