using Loadstone.Analysis.Findings;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;
using Xunit.Abstractions;

namespace Loadstone.Services.Tests.Judging;

public sealed class FindingsTests(ITestOutputHelper output)
{
    private const int SeedsOfEach = 12;

    // A planted fault, and what must be found of it: type, component, first second (null where it has none).
    private static readonly (string Name, Func<int, SyntheticRun> Run, (FindingType Type, string Component, int? Second)? Truth)[] Kinds =
    [
        ("slow tail", seed => new(seed) { Spikes = (s, o) => o == SyntheticRun.Show && s >= 30 ? 0.03 : 0 }, (FindingType.LatencySpike, SyntheticRun.Show, 30)),
        ("7 % errors", seed => new(seed) { Errors = (_, o) => o == SyntheticRun.Buy ? 0.07 : 0.001 }, (FindingType.ErrorRate, SyntheticRun.Buy, null)),
        ("burst", seed => new(seed) { Errors = (s, o) => o == SyntheticRun.List && s is >= 50 and < 56 ? 0.6 : 0.001 }, (FindingType.ErrorBurst, SyntheticRun.List, 50)),
        ("step", seed => new(seed) { Slowness = (s, o) => o == SyntheticRun.Buy && s >= 60 ? 1.8 : 1 }, (FindingType.LatencyStep, SyntheticRun.Buy, 60)),
        ("knee", seed => new(seed) { Users = Ramp, Rate = s => Math.Min(Ramp(s), 120) * 0.3, Slowness = (s, _) => Math.Max(1, Ramp(s) / 120.0) }, (FindingType.ThroughputPlateau, "system", 72)),
        ("leak", seed => new(seed) { Seconds = 700, Rate = _ => 2, Memory = s => 300e6 + (1e6 * s) }, (FindingType.MemoryDrift, "the target", 0)),
        ("clean", seed => new(seed) { Correlation = 0.85 }, null),
        ("clean ramp", seed => new(seed) { Users = Ramp, Rate = s => Ramp(s) * 0.3 }, null),
        ("clean and long", seed => new(seed) { Seconds = 700, Rate = _ => 2, Memory = _ => 300e6 }, null),
    ];

    [Fact]
    public void Planted_faults_are_found_and_named_and_nothing_is_found_in_clean_runs()
    {
        var (planted, found, all) = (0, 0, 0);
        foreach (var (name, run, truth) in Kinds)
        {
            for (var seed = 0; seed < SeedsOfEach; seed++)
            {
                var findings = Examine(run((100 * seed) + name.Length).Measure()).Findings;
                var right = findings.Count(f => truth is { } t && f.Type == t.Type && f.Component == t.Component && (t.Second is null || Math.Abs(f.FirstSecond - t.Second.Value) <= 5));
                planted += truth is null ? 0 : 1;
                (found, all) = (found + right, all + findings.Count);
                foreach (var f in findings.Count == right && right == (truth is null ? 0 : 1) ? [] : findings.DefaultIfEmpty(null))
                    output.WriteLine($"{name} {seed}: {f?.Details ?? "nothing"}");
            }
        }

        output.WriteLine($"{Kinds.Length * SeedsOfEach} runs: recall {found} of {planted}, precision {found} of {all}");
        Assert.True(found >= 0.95 * planted, $"found {found} of {planted}");
        Assert.True(found >= 0.95 * all, $"{found} of {all} findings are right");
    }

    [Fact]
    public void A_finding_says_rule_series_seconds_phase_and_what_to_do()
    {
        var run = new SyntheticRun(1) { Spikes = (s, o) => o == SyntheticRun.Show && s >= 30 ? 0.03 : 0, Phase = s => s < 60 ? "warm" : "hot" };

        var finding = Assert.Single(Examine(run.Measure()).Findings);

        Assert.Equal(("p99_above_twice_p95", "p99_response_time of 'show'", "warm", Severity.High), (finding.Rule, finding.Series, finding.Phase, finding.Severity));
        Assert.InRange(finding.LastSecond, 110, 119);
        Assert.Contains("show", finding.Recommendation);
    }

    [Fact]
    public void A_tail_of_a_few_milliseconds_is_told_and_costs_no_grade()
    {
        var findings = Examine(new SyntheticRun(1) { Slowness = (_, _) => 0.004, Spikes = (_, o) => o == SyntheticRun.Buy ? 0.03 : 0 }.Measure());

        Assert.Equal((FindingType.LatencySpike, Severity.Low), (Assert.Single(findings.Findings).Type, findings.Findings[0].Severity));
        Assert.Equal(PerformanceGrade.A, findings.Grade);
    }

    [Fact]
    public void Recommendations_and_next_steps_come_from_the_findings()
    {
        var found = Examine(new SyntheticRun(3) { Errors = (_, o) => o == SyntheticRun.Buy ? 0.07 : 0 }.Measure());
        var clean = Examine(new SyntheticRun(4).Measure());

        Assert.Equal(("high", "performance"), (found.Recommendations[0].Priority, found.Recommendations[0].Category));
        Assert.Contains("buy", found.NextSteps[0]);
        Assert.Empty(clean.Recommendations);
        Assert.Contains("baseline", clean.NextSteps[0]);
        Assert.NotEmpty(clean.Insights);
    }

    [Theory]
    [InlineData(30, 8)]
    [InlineData(0, 0)]
    public void The_time_to_recover_from_a_spike_is_counted_from_the_end_of_its_peak(int slowUntilAfter, int expected)
    {
        var run = new SyntheticRun(5)
        {
            Users = s => s is >= 40 and < 60 ? 100 : 20,
            Wander = 0.01,
            Slowness = (s, _) => s is >= 40 and < 60 || (slowUntilAfter > 0 && s is >= 60 and < 68) ? 3 : 1,
        };

        var recovery = RecoveryOf(run);

        Assert.Equal((40, 59, expected), (recovery!.SpikeSecond, recovery.SpikeEndSecond, recovery.RecoverySeconds));
    }

    [Fact]
    public void A_spike_without_an_end_is_no_recovery_and_a_ramp_is_no_spike()
    {
        Assert.Null(RecoveryOf(new SyntheticRun(6) { Users = s => s is >= 40 and < 60 ? 100 : 20, Slowness = (s, _) => s >= 40 ? 3 : 1 })!.RecoverySeconds);
        Assert.Null(RecoveryOf(new SyntheticRun(6) { Users = s => s < 30 ? s + 1 : s > 100 ? 120 - s : 30 }));
        Assert.Null(RecoveryOf(new SyntheticRun(6) { Seconds = 0 }));
    }

    [Fact]
    public void Of_several_spikes_the_last_counts()
    {
        var run = new SyntheticRun(5) { Users = s => s is (>= 20 and < 30) or (>= 60 and < 80) ? 100 : 20, Wander = 0.01, Slowness = (s, _) => s is >= 20 and < 30 or >= 60 and < 84 ? 3 : 1 };

        var recovery = RecoveryOf(run)!;

        Assert.Equal((60, 79, 4), (recovery.SpikeSecond, recovery.SpikeEndSecond, recovery.RecoverySeconds));
    }

    // Three users do a constant rate, now and then it takes five: no spike of the load. At random, arrivals come close together, too.
    [Theory]
    [InlineData(100, false)]
    [InlineData(2, true)]
    [InlineData(100, true)]
    public void A_constant_rate_has_no_spike_however_many_users_it_keeps_busy(double rate, bool poisson)
    {
        var plan = new TestPlan { Name = "x", LoadPattern = new ConstantArrivalRate(rate, poisson) };
        var busy = new SyntheticRun(8) { Users = s => s == 73 ? 5 : 3, Seconds = 600, Rate = _ => 2 }.Measure();
        var random = new Xoshiro256StarStar(8, false);
        foreach (var second in busy)
            second.Iterations = new IterationCounts { Planned = poisson ? Poisson.Sample(random, rate) : (long)rate };

        Assert.Null(Recovery.Of(new RunToExamine(plan, new RunMeasurements(Guid.Empty, SyntheticRun.Total(busy), [], [], busy))));
    }

    [Fact]
    public void A_spike_of_arrivals_is_one()
    {
        var plan = new TestPlan { Name = "x", LoadPattern = new ConstantArrivalRate(100) };
        var seconds = new SyntheticRun(5) { Wander = 0.01, Slowness = (s, _) => s is >= 40 and < 65 ? 3 : 1 }.Measure();
        foreach (var second in seconds)
            second.Iterations = new IterationCounts { Planned = second.Sequence is >= 40 and < 60 ? 100 : 20 };

        var recovery = Recovery.Of(new RunToExamine(plan, new RunMeasurements(Guid.Empty, SyntheticRun.Total(seconds), [], [], seconds)))!;

        Assert.Equal((40, 59, 5), (recovery.SpikeSecond, recovery.SpikeEndSecond, recovery.RecoverySeconds));
    }

    [Theory]
    [InlineData(VerdictOutcome.Invalid, "prove nothing")]
    [InlineData(VerdictOutcome.Inconclusive, "for longer")]
    [InlineData(VerdictOutcome.Failed, "p95_response_time ≤ 1 does not hold")]
    [InlineData(VerdictOutcome.Passed, "beyond 50 users")]
    public void The_next_step_goes_with_the_verdict(VerdictOutcome outcome, string expected) =>
        Assert.Contains(expected, Assert.Single(Examine(new SyntheticRun(4).Measure(), verdict: new Verdict(outcome, [], ["p95_response_time ≤ 1 does not hold"], 1)).NextSteps));

    [Fact]
    public void Dropped_arrivals_are_told_with_the_second_they_began()
    {
        var seconds = new SyntheticRun(4) { Seconds = 20 }.Measure();
        foreach (var second in seconds)
            second.Iterations = new IterationCounts { Planned = 100, Started = second.Sequence < 7 ? 100 : 90, Dropped = second.Sequence < 7 ? 0 : 10 };

        var insights = Examine(seconds, new TestPlan { Name = "x", LoadPattern = new ConstantArrivalRate(100), MaxVirtualUsers = 30 }).Insights;

        Assert.Contains("130 of 2000 arrivals were dropped, from second 7 on: no virtual user of 30 was free in time.", insights);
    }

    [Theory]
    [InlineData(50, "a second with at most 50 users;")]
    [InlineData(0, "a second;")]
    public void Users_are_told_where_any_were_counted(int users, string expected) =>
        Assert.Contains(expected, Examine(new SyntheticRun(4) { Seconds = 20, Users = _ => users }.Measure()).Insights[0], StringComparison.Ordinal);

    [Fact]
    public void A_stress_run_names_its_breaking_point()
    {
        var plan = new TestPlan { Name = "x", TestType = TestType.Stress, SuccessCriteria = SuccessCriteria.Default with { MaxP95ResponseTime = 500 } };
        var run = new SyntheticRun(7) { Users = Ramp, Slowness = (s, _) => s >= 70 ? 5 : 1 }.Measure();

        var point = Examine(run, plan).Capacity!.BreakingPoint!;

        Assert.InRange(point.Second, 64, 70);
        Assert.Contains("above 500 ms", point.Reason);
    }

    [Fact]
    public void The_grade_follows_its_rule()
    {
        var holds = new Criterion("error_rate", null, Comparison.AtMost, 1).Judge(0);
        var broken = new Criterion("error_rate", null, Comparison.AtMost, 1).Judge(3);
        Finding Found(Severity severity, string component) => new("r", FindingType.LatencySpike, component, severity, "", "", null, "", 0, 1);
        PerformanceGrade? Of(VerdictOutcome outcome, CriterionResult criterion, params Finding[] findings) => Grade.Of(new Verdict(outcome, [criterion], [], 1), findings);

        Assert.Equal(PerformanceGrade.A, Of(VerdictOutcome.Passed, holds));
        Assert.Equal(PerformanceGrade.A, Of(VerdictOutcome.Passed, holds, Found(Severity.High, "a"), Found(Severity.High, "a")));
        Assert.Equal(PerformanceGrade.B, Of(VerdictOutcome.Passed, holds, Found(Severity.High, "a"), Found(Severity.High, "b")));
        Assert.Equal(PerformanceGrade.C, Of(VerdictOutcome.Failed, broken));
        Assert.Equal(PerformanceGrade.F, Of(VerdictOutcome.Failed, broken, Found(Severity.Critical, "a")));
        Assert.Null(Of(VerdictOutcome.Invalid, holds));
    }

    [Fact]
    public void A_run_without_a_second_has_no_findings() => Assert.Empty(Examine([]).Findings);

    private static int Ramp(int second) => 1 + (second * 200 / 120);

    private static Recovery? RecoveryOf(SyntheticRun run)
    {
        var seconds = run.Measure();
        return Recovery.Of(new RunToExamine(new TestPlan { Name = "x" }, new RunMeasurements(Guid.Empty, SyntheticRun.Total(seconds), [], [], seconds)));
    }

    private static RunFindings Examine(IReadOnlyList<MetricWindow> seconds, TestPlan? plan = null, Verdict? verdict = null) => RunFindings.Of(
        plan ?? new TestPlan { Name = "x" }, new RunMeasurements(Guid.Empty, SyntheticRun.Total(seconds), [], [], seconds), verdict ?? new Verdict(VerdictOutcome.Passed, [], [], 1));
}
