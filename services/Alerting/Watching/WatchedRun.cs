using Loadstone.Contracts;
using Loadstone.Plans;

namespace Loadstone.Alerting.Watching;

/// <summary>A run to be watched: what it is called and what must hold of it.</summary>
/// <param name="Id">The run.</param>
/// <param name="Name">Its name.</param>
/// <param name="Criteria">What it must hold.</param>
/// <param name="ConfigurationId">What it was made from.</param>
/// <param name="Environment">The environment under test.</param>
/// <param name="IsOpen">Whether its load is so many arrivals, and not so many users.</param>
/// <param name="Thresholds">What else is to hold while it goes on.</param>
/// <param name="IsByTurns">Whether it asks two systems in turns, so that its course changes by design.</param>
public sealed record WatchedRun(
    Guid Id, string Name, SuccessCriteria Criteria, Guid? ConfigurationId = null, string? Environment = null, bool IsOpen = false,
    IReadOnlyList<AlertThreshold>? Thresholds = null, bool IsByTurns = false)
{
    public static WatchedRun Of(ExecutionRequested m) => new(
        m.ExecutionId, m.Name, m.Plan.SuccessCriteria, m.ConfigurationId, m.Environment,
        m.Plan.LoadPattern is ConstantArrivalRate or RampingArrivalRate, m.Plan.AlertThresholds, m.Plan.AbTest is not null);
}
