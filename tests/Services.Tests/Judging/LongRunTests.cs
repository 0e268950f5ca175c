using System.Diagnostics;
using Loadstone.Analysis;
using Loadstone.Analysis.Reports;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;
using Xunit.Abstractions;

namespace Loadstone.Services.Tests.Judging;

public sealed class LongRunTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(600, 10, 1)]
    [InlineData(7200, 100, 60)]
    [InlineData(7200, 1, 1)]
    [InlineData(0, 0, 1)]
    public void A_run_is_read_by_windows_that_keep_it_in_memory(double seconds, int operations, int expected)
    {
        var total = new MetricWindow { Seconds = seconds, Operations = [.. Enumerable.Range(0, operations).Select(i => new OperationWindow { Scenario = "s", Operation = $"o{i}" })] };

        Assert.Equal(expected, BoundedMeasurements.StretchFor(total));
    }

    [Fact]
    public void A_detailed_report_of_two_hours_and_a_hundred_operations_stays_a_page_that_can_be_read()
    {
        var seconds = Enumerable.Range(0, 100).Select(Window).ToList();
        var measured = new RunMeasurements(Guid.NewGuid(), SyntheticRun.Total(seconds), [], [], seconds);
        var run = new RunToJudge(measured.ExecutionId, Guid.NewGuid(), "x", new TestPlan { Name = "x" }, "sample", "me", DateTimeOffset.UnixEpoch);
        var begun = Stopwatch.GetTimestamp();

        var report = RunReport.Of(run, measured, Judgement.Decide(run, measured, [], DateTimeOffset.UnixEpoch)) with { OperationSeries = OperationSeries.Of(measured) };
        var html = ReportHtml.Of(report);

        output.WriteLine($"{Stopwatch.GetElapsedTime(begun).TotalMilliseconds:0} ms, {html.Length / 1024} KB");
        Assert.Equal(100, report.OperationSeries!.Count);
        Assert.All(report.OperationSeries, o => Assert.InRange(o.Points.Count, 1, 120));
        Assert.InRange(html.Length, 1, 5_000_000);
    }

    private static MetricWindow Window(int i)
    {
        var window = new MetricWindow { Sequence = 72 * i, Seconds = 72, VirtualUsers = 100 };
        for (var o = 0; o < 100; o++)
        {
            var requests = new OperationWindow { Scenario = "s", Operation = $"operation {o}", Sent = 200, Ok = 200 };
            for (var r = 0; r < 200; r++)
                requests.Response.Record(1_000_000L * (5 + ((r * 7919) + o) % 60));
            window.Append(requests);
        }

        return window;
    }
}
