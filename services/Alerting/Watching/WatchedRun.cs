using Loadstone.Contracts;
using Loadstone.Plans;

namespace Loadstone.Alerting.Watching;

/// <summary>A run to be watched: what it is called and what must hold of it.</summary>
/// <param name="Id">The run.</param>
/// <param name="Name">Its name.</param>
/// <param name="Criteria">What it must hold while it goes on.</param>
/// <param name="ConfigurationId">What it was made from.</param>
/// <param name="Environment">The environment under test.</param>
/// <param name="IsOpen">Whether its load is so many arrivals, and not so many users.</param>
/// <param name="Thresholds">What else is to hold while it goes on.</param>
/// <param name="ChangesByDesign">Whether it asks two systems in turns, or raises the load until something breaks: changes in its course are no news.</param>
public sealed record WatchedRun(
    Guid Id, string Name, SuccessCriteria Criteria, Guid? ConfigurationId = null, string? Environment = null, bool IsOpen = false,
    IReadOnlyList<AlertThreshold>? Thresholds = null, bool ChangesByDesign = false)
{
    private static readonly SuccessCriteria NoCriteria = new();

    // A capacity search goes on until its criteria break, and its verdict says at which load: while it goes on, that one breaks is no news.
    public static WatchedRun Of(ExecutionRequested m)
    {
        var isSearch = m.Plan.LoadPattern is CapacitySearch;
        return new WatchedRun(
            m.ExecutionId, m.Name, isSearch ? NoCriteria : m.Plan.SuccessCriteria, m.ConfigurationId, m.Environment, m.Plan.IsOpen, m.Plan.AlertThresholds,
            isSearch || m.Plan.AbTest is not null);
    }
}
