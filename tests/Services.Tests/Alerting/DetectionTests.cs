using Loadstone.Alerting;
using Loadstone.Alerting.Watching;
using Loadstone.Measurement;
using MathNet.Numerics.Distributions;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>
/// What is found in the course of runs of which is known what happened: how much of what was planted is found, and how much of what is found was
/// planted. Answers have log-normal times with a heavy tail, and seconds that resemble their neighbours.
/// </summary>
public sealed class DetectionTests
{
    private const int Runs = 40;
    private const int Length = 120;
    private const int At = 60;
    private const int InTime = 12;

    [Theory]
    [InlineData(3.0, 0.1, 0.95)]
    [InlineData(2.0, 0.1, 0.95)]
    [InlineData(3.0, 0.2, 0.8)]
    public void A_step_in_p99_is_found_within_seconds(double times, double noise, double leastRecall)
    {
        var found = Count(DetectionKind.P99Step, seed => Run(seed, second => (second >= At ? times : 1, 0.001, 50), noise));

        Assert.True(found.Recall >= leastRecall, $"{found}");
        Assert.True(found.Precision >= 0.95, $"{found}");
    }

    [Fact]
    public void A_burst_of_errors_is_found_within_seconds()
    {
        var found = Count(DetectionKind.ErrorBurst, seed => Run(seed, second => (1, second is >= At and < At + 10 ? 0.2 : 0.004, 50), 0.1));

        Assert.True(found.Recall >= 0.95, $"{found}");
        Assert.True(found.Precision >= 0.95, $"{found}");
    }

    [Fact]
    public void A_plateau_is_found_while_users_go_on_growing()
    {
        var found = Count(DetectionKind.ThroughputPlateau, seed => Run(seed, second => (1, 0.001, 20 + (2 * second)), 0.1, rate: second => 20 + (2 * Math.Min(second, At))), inTime: 40);

        Assert.True(found.Recall >= 0.95, $"{found}");
        Assert.True(found.Precision >= 0.95, $"{found}");
    }

    [Theory]
    [InlineData("steady")]
    [InlineData("ramp")]
    [InlineData("slow drift")]
    [InlineData("one slow second")]
    public void In_runs_without_a_change_hardly_anything_is_found(string course)
    {
        var runs = Enumerable.Range(0, 2 * Runs).Count(seed => Watched(Run(seed, second => course switch
        {
            "ramp" => (1 + (second / 60.0), 0.004, 10 + second),
            "slow drift" => (1 + (second / 300.0), 0.004, 50),
            "one slow second" => (second == At ? 8 : 1, 0.004, 50),
            _ => (1, 0.004, 50),
        }, 0.2, course == "ramp" ? second => 10 + second : null)).Count > 0);

        Assert.True(runs <= 2 * Runs * 0.05, $"{runs} of {2 * Runs} runs");
    }

    [Fact]
    public void A_step_is_over_when_the_level_falls_back_and_its_sentence_has_the_figures()
    {
        var changes = Watched(Run(7, second => (second is >= At and < At + 30 ? 3 : 1, 0, 50), 0.1));

        Assert.Equal([ChangeKind.Began, ChangeKind.Ended], changes.Select(c => c.Change.Kind));
        Assert.InRange(changes[1].Second, At + 30, At + 30 + InTime);
        var breach = changes[0].Change.Breach;
        Assert.Equal(("p99_step", AlertSource.Detection, AlertType.PerformanceDegradation, "p99_response_time"), (breach.Key, breach.Source, breach.AlertType, breach.MetricName));
        Assert.Matches(@"^p99_response_time rose from [\d.]+ to [\d.]+ ms in second 6\d and stayed, under the same load$", breach.Message);
    }

    [Fact]
    public void A_burst_tells_nothing_that_a_limit_on_errors_tells_already()
    {
        var run = Run(3, second => (1, second >= At ? 0.5 : 0.004, 50), 0.1);
        var watch = new Watch([new("error_rate", null, Plans.Comparison.AtMost, 5)]);

        Assert.Equal(["error_rate ≤ 5"], run.SelectMany(watch.Look).Select(c => c.Key));
    }

    [Fact]
    public void A_rule_for_a_kind_of_change_takes_the_place_of_what_is_watched_anyway()
    {
        var rule = Reading.Rule("""{ "name": "step", "detects": "p99_step", "severity": "critical" }""");
        var watch = new Watch([], [rule]);

        var change = Assert.Single(Run(7, second => (second >= At ? 3 : 1, 0, 50), 0.1).SelectMany(watch.Look));
        Assert.Equal((rule.Id, Severity.Critical, AlertSource.Rule), (change.Breach.RuleId, change.Breach.Severity, change.Breach.Source));
    }

    [Fact]
    public void Whoever_takes_a_run_over_does_not_end_a_breach_whose_beginning_it_has_not_seen()
    {
        var watch = new Watch([]);
        watch.TakeOver("p99_step", occurrences: 1, isBreached: true);

        Assert.Empty(Run(7, _ => (1, 0, 50), 0.1).Skip(20).SelectMany(watch.Look));
    }

    // Half of the runs have what is planted in them; a finding counts as right when it comes soon after.
    private static Found Count(DetectionKind kind, Func<int, IEnumerable<MetricWindow>> planted, int inTime = InTime)
    {
        var key = kind switch { DetectionKind.P99Step => "p99_step", DetectionKind.ErrorBurst => "error_burst", _ => "throughput_plateau" };
        var found = new Found(Runs, 0, 0);
        for (var seed = 0; seed < Runs; seed++)
        {
            var begun = Watched(planted(seed)).Where(c => c.Change.Kind == ChangeKind.Began).ToList();
            var right = begun.Count(c => c.Change.Key == key && c.Second >= At && c.Second <= At + inTime);
            found = found with { Right = found.Right + Math.Min(1, right), Wrong = found.Wrong + begun.Count - Math.Min(1, right) };
            found = found with { Wrong = found.Wrong + Watched(Run(1000 + seed, _ => (1, 0.004, 50), 0.1)).Count(c => c.Change.Kind == ChangeKind.Began) };
        }

        return found;
    }

    private static List<(int Second, Change Change)> Watched(IEnumerable<MetricWindow> run)
    {
        var watch = new Watch([]);
        return [.. run.SelectMany(second => watch.Look(second).Select(c => (second.Sequence, c)))];
    }

    // A run whose times, share of errors and users are given by second.
    private static IEnumerable<MetricWindow> Run(int seed, Func<int, (double Times, double Errors, int Users)> course, double noise, Func<int, double>? rate = null)
    {
        var (random, drift) = (new Random(seed), 0.0);
        for (var second = 0; second < Length; second++)
        {
            var (times, errors, users) = course(second);
            drift = (0.5 * drift) + Normal.Sample(random, 0, noise);
            var requests = Poisson.Sample(random, rate?.Invoke(second) ?? 150);
            var level = 20 * times * Math.Exp(drift);
            yield return RunSeconds.Of(second, Enumerable.Range(0, requests).Select(_ => LogNormal.Sample(random, Math.Log(level), 0.4)), requests == 0 ? 0 : Binomial.Sample(random, errors, requests), users);
        }
    }

    private sealed record Found(int Planted, int Right, int Wrong)
    {
        public double Recall => (double)Right / Planted;

        public double Precision => Right == 0 ? 0 : (double)Right / (Right + Wrong);
    }
}
