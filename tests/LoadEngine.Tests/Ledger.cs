using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>The books of a run: every window carries on where the one before ended, and everything sent has an outcome.</summary>
internal static class Ledger
{
    public static void AssertBalanced(RunEnd end, IReadOnlyList<MetricWindow> windows)
    {
        Assert.Equal(Enumerable.Range(windows.Count == 0 ? 0 : windows[0].Sequence, windows.Count), windows.Select(w => w.Sequence));
        AssertCarriedOn([.. windows.Select(w => w.Total())]);
        var total = end.Total.Total();
        Assert.Equal(windows.Sum(w => w.Total().Sent), total.Sent);
        Assert.Equal(total.Sent, total.Ok + total.Failed + total.TimedOut + total.Aborted);
        Assert.Equal(total.FailedRequests + total.Refused, total.ErrorTypes.Values.Sum());
        AssertIterations(end.Total.Iterations);
    }

    private static void AssertCarriedOn(IReadOnlyList<OperationWindow> seconds)
    {
        var inFlight = 0L;
        foreach (var second in seconds)
        {
            Assert.Equal(inFlight, second.InFlightBefore);
            Assert.True(second.InFlightAfter >= 0, $"{second.InFlightAfter} in flight");
            inFlight = second.InFlightAfter;
        }

        Assert.Equal(0, inFlight);
    }

    private static void AssertIterations(IterationCounts iterations)
    {
        Assert.Equal(iterations.Planned, iterations.Started + iterations.Dropped + iterations.Cancelled);
        Assert.Equal(iterations.Started, iterations.Completed + iterations.CutShort);
    }
}
