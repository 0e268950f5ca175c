using Loadstone.Analysis.Findings;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Analysis;

/// <summary>What a run measured of what a criterion is about.</summary>
internal static class CriterionValue
{
    public static double? Of(Criterion criterion, TestPlan plan, RunMeasurements measured)
    {
        if (criterion.Metric == Criterion.RecoveryTime)
            return Recovery.Of(new RunToExamine(plan, measured))?.RecoverySeconds;
        if (!criterion.IsOfSomeSeconds)
            return measured.Total.ValueOf(criterion.Metric, criterion.Operation);
        var counting = measured.Seconds.Where(s => s.Seconds > 0 && criterion.Counts(s.Phase, s.ValueOf)).ToList();
        return counting.Count == 0 ? null : RunToExamine.Merge(counting).ValueOf(criterion.Metric, criterion.Operation);
    }
}
