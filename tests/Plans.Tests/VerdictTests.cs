namespace Loadstone.Plans.Tests;

public sealed class VerdictTests
{
    private static readonly Criterion Fast = new("p95_response_time", null, Comparison.AtMost, 800);
    private static readonly Criterion Busy = new("throughput_rps", null, Comparison.AtLeast, 20);

    [Fact]
    public void A_run_that_holds_every_criterion_passes_with_its_margins()
    {
        var verdict = Judge(p95: 600, rps: 25);

        Assert.Equal((VerdictOutcome.Passed, true), (verdict.Outcome, verdict.SuccessCriteriaMet));
        Assert.Equal([0.25, 0.25], verdict.Criteria.Select(c => c.Margin!.Value));
    }

    [Fact]
    public void A_run_that_misses_one_fails_and_says_by_what()
    {
        var verdict = Judge(p95: 900.5, rps: 25);

        Assert.Equal((VerdictOutcome.Failed, false), (verdict.Outcome, verdict.SuccessCriteriaMet));
        Assert.Equal(["p95_response_time ≤ 800 does not hold: 900.5"], verdict.Reasons);
    }

    [Fact]
    public void A_limit_itself_is_within_at_most() => Assert.Equal(VerdictOutcome.Passed, Judge(p95: 800, rps: 20).Outcome);

    [Fact]
    public void A_run_that_cannot_be_trusted_is_invalid_whatever_its_figures()
    {
        var verdict = Judge(p95: 1, rps: 100, faults: ["the generator was late"]);

        Assert.Equal((VerdictOutcome.Invalid, null), (verdict.Outcome, verdict.SuccessCriteriaMet));
        Assert.Equal(["the generator was late"], verdict.Reasons);
    }

    [Fact]
    public void A_run_without_a_request_is_inconclusive() =>
        Assert.Equal(VerdictOutcome.Inconclusive, Verdict.Judge([Fast], (_, _) => null, []).Outcome);

    [Fact]
    public void A_criterion_on_an_operation_that_never_ran_does_not_pass()
    {
        var verdict = Verdict.Judge([Fast with { Operation = "checkout" }], (metric, operation) => operation is null ? 10 : null, []);

        Assert.Equal(VerdictOutcome.Failed, verdict.Outcome);
        Assert.Equal(["p95_response_time of 'checkout' ≤ 800 cannot be judged: nothing was measured"], verdict.Reasons);
    }

    [Fact]
    public void A_run_is_stopped_only_after_a_breach_has_lasted()
    {
        var conditions = new StopConditions { MaxErrorRate = 50, For = TimeSpan.FromSeconds(3) };
        double?[] errorRates = [60, 60, 10, 60, null, 60, 60];

        var watches = new List<StopWatch> { new() };
        for (var second = 0; second < errorRates.Length; second++)
            watches.Add(conditions.Judge(watches[^1], second, m => m == "error_rate" ? errorRates[second] : null, 0));

        Assert.All(watches.SkipLast(1), w => Assert.Null(w.Reason));
        Assert.Equal("the error rate stayed above 50% for 3s", watches[^1].Reason);
    }

    [Fact]
    public void A_run_is_stopped_by_the_number_of_its_errors()
    {
        var conditions = new StopConditions { MaxErrors = 10 };

        Assert.Null(conditions.Judge(new StopWatch(), 0, _ => null, 10).Reason);
        Assert.Equal("more than 10 requests failed", conditions.Judge(new StopWatch(), 1, _ => null, 11).Reason);
    }

    private static Verdict Judge(double p95, double rps, IReadOnlyList<string>? faults = null) => Verdict.Judge(
        [Fast, Busy], (metric, _) => metric switch { "p95_response_time" => p95, "throughput_rps" => rps, _ => 100 }, faults ?? []);
}
