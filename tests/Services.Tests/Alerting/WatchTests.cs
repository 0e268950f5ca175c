using Loadstone.Alerting;
using Loadstone.Alerting.Watching;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Services.Tests.Alerting;

public sealed class WatchTests
{
    private static readonly Criterion P95 = new("p95_response_time", null, Comparison.AtMost, 100);

    [Fact]
    public void One_breach_makes_one_alert_and_ends_after_three_calm_looks()
    {
        var watch = new Watch([P95]);
        double[] responseMs = [50, 50, 200, 200, 200, 50, 50, 50, 50, 50, 50, 50, 50];

        var changes = responseMs.SelectMany((ms, second) => watch.Look(Second(second, ms)).Select(c => (second, c.IsOver))).ToList();

        // The look at second 9 is the first without a slow second among its five; 11 is the third.
        Assert.Equal([(2, false), (11, true)], changes);
    }

    [Fact]
    public void A_second_breach_of_the_same_criterion_is_another_alert()
    {
        var watch = new Watch([P95]);
        var changes = Enumerable.Range(0, 40).SelectMany(second => watch.Look(Second(second, second is 5 or 25 ? 500 : 50))).ToList();

        Assert.Equal([(1, false), (1, true), (2, false), (2, true)], changes.Select(c => (c.Occurrence, c.IsOver)));
    }

    [Fact]
    public void A_second_that_comes_twice_or_late_changes_nothing()
    {
        var watch = new Watch([P95]);
        watch.Look(Second(0, 50));
        Assert.Single(watch.Look(Second(3, 500)));

        Assert.Empty(watch.Look(Second(3, 50)));
        Assert.Empty(watch.Look(Second(2, 50)));
    }

    [Fact]
    public void A_watch_that_takes_a_run_over_counts_its_breaches_on_and_judges_nothing_by_fewer_seconds_than_five()
    {
        var watch = new Watch([P95]);
        watch.TakeOver(P95.Title, occurrences: 2, isBreached: false);

        var changes = Enumerable.Range(10, 8).SelectMany(second => watch.Look(Second(second, 500)).Select(c => (second, c.Occurrence))).ToList();

        Assert.Equal([(14, 3)], changes);
    }

    [Fact]
    public void A_breach_that_went_on_when_the_run_was_taken_over_is_ended_and_not_raised_again()
    {
        var watch = new Watch([P95]);
        watch.TakeOver(P95.Title, occurrences: 1, isBreached: true);

        var changes = Enumerable.Range(10, 12).SelectMany(second => watch.Look(Second(second, second < 12 ? 500 : 50))).ToList();

        Assert.Equal([(1, true)], changes.Select(c => (c.Occurrence, c.IsOver)));
    }

    [Fact]
    public void Throughput_is_not_watched_while_the_load_ramps_up() =>
        Assert.Empty(new Watch([new Criterion("throughput_rps", null, Comparison.AtLeast, 1000)]).Look(Second(0, 1)));

    [Theory]
    [InlineData(110, Severity.Low)]
    [InlineData(140, Severity.Medium)]
    [InlineData(200, Severity.High)]
    [InlineData(201, Severity.Critical)]
    public void A_breach_is_as_severe_as_the_value_is_beyond_its_limit(double value, Severity expected) =>
        Assert.Equal(expected, Threshold.SeverityOf(P95, value));

    [Fact]
    public void What_is_breached_again_and_again_must_be_calm_for_longer_each_time_from_the_fourth_on()
    {
        var watch = new Watch([P95]);
        // Slow for a second in each twelve: the last five seconds together are calm for seven of them.
        var changes = Enumerable.Range(0, 240).SelectMany(second => watch.Look(Second(second, second % 12 == 6 ? 500 : 50))).ToList();

        Assert.Equal([true, true, true, true], changes.Where(c => c.IsOver).Select(c => c.IsOver));
        Assert.Equal(5, changes.Count(c => !c.IsOver));
    }

    private static MetricWindow Second(int second, double responseMs) => RunSeconds.Of(second, responseMs);
}
