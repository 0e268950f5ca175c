using Loadstone.Analysis.Benchmarks;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Services.Tests;

/// <summary>Benchmarks held against measurements.</summary>
public sealed class ValidationTests
{
    [Theory]
    [InlineData(100, ValidationStatus.Passed)]
    [InlineData(93, ValidationStatus.Warning)]
    [InlineData(80, ValidationStatus.Failed)]
    public void A_target_missed_by_a_tenth_is_a_warning_and_by_more_a_failure(double targetMs, ValidationStatus expected) =>
        Assert.Equal(expected, Hold(new BenchmarkTarget { TargetResponseTime = targetMs }).Status);

    [Fact]
    public void The_worst_of_the_targets_counts_and_is_named()
    {
        var item = Hold(new BenchmarkTarget { TargetResponseTime = 200, TargetThroughput = 1000, BenchmarkType = BenchmarkType.Throughput });

        Assert.Equal((ValidationStatus.Failed, "throughput_rps", 1000, 1), (item.Status, item.Metric, item.Target, item.Actual));
        Assert.Equal("throughput_rps is 1, below 1000", item.Reason);
    }

    [Fact]
    public void What_an_invalid_run_measured_is_a_warning_at_best()
    {
        var item = Hold(new BenchmarkTarget { TargetResponseTime = 200 }, new Verdict(VerdictOutcome.Invalid, [], ["a window is missing"], 1));

        Assert.Equal((ValidationStatus.Warning, "the run is invalid: a window is missing"), (item.Status, item.Reason));
    }

    [Theory]
    [InlineData("/api/weddings/{id}", "/api/weddings/{{wedding}}", true)]
    [InlineData("/api/weddings/7", "/api/weddings/{{wedding}}", true)]
    [InlineData("/api/weddings?page=2", "/api/weddings", true)]
    [InlineData("/api/weddings", "/api/weddings/7", false)]
    [InlineData("/api/suppliers", "/api/weddings", false)]
    [InlineData("/api/suppliers", null, false)]
    public void A_part_of_a_path_in_braces_stands_for_any(string asked, string? measured, bool expected) =>
        Assert.Equal(expected, Validation.IsSame(asked, measured));

    private static ValidationItem Hold(BenchmarkTarget target, Verdict? verdict = null)
    {
        var operation = new OperationWindow { Scenario = "s", Operation = "list", Method = "GET", Path = "/x", Sent = 10, Ok = 10 };
        for (var i = 0; i < 10; i++)
            operation.Response.Record(100_000_000);
        var total = new MetricWindow { Seconds = 10 };
        total.Append(operation);
        var benchmark = new Benchmark { Target = target with { EndpointPath = "/x" } };
        return Validation.Hold(benchmark, total, verdict ?? new Verdict(VerdictOutcome.Passed, [], [], 1));
    }
}
