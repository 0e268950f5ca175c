using System.Diagnostics;
using Loadstone.Alerting.Watching;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>However much breaks at once, a person can read what is told of it.</summary>
public sealed class StormTests
{
    private const int Operations = 1000;
    private const int Few = 200;
    private const int Minute = 60;

    [Fact]
    public void A_thousand_breaches_a_second_make_ten_alerts_and_one_for_the_rest()
    {
        var watch = Watching();
        var told = new List<(int Second, Change Change)>();
        for (var second = 0; second < Minute; second++)
            told.AddRange(watch.Look(Storm(second, _ => true)).Select(c => (second, c)));

        Assert.Equal(10, told.Count(t => t.Change.Kind == ChangeKind.Began && t.Change.Key != Crowd.Key));
        var many = told.Where(t => t.Change.Key == Crowd.Key).ToList();
        Assert.Equal([ChangeKind.Began], many.Select(t => t.Change.Kind));
        Assert.Equal(Operations - 10, many[0].Change.Breach.Value);
        Assert.StartsWith("990 more are breached, beside those with alerts of their own: max_response_time of 'o", many[0].Change.Breach.Message);
        Assert.EndsWith("; …", many[0].Change.Breach.Message);
    }

    [Fact]
    public void A_storm_that_swings_for_minutes_stays_bounded_and_ends_when_it_ends()
    {
        var watch = Watching(Few);
        var (told, random) = (new List<Change>(), new Random(1));
        var swings = Enumerable.Range(0, Few).Select(_ => (Length: random.Next(9, 40), From: random.Next(40))).ToList();
        for (var second = 0; second < (4 * Minute) + 100; second++)
            told.AddRange(watch.Look(Storm(second, i => second < 4 * Minute && (second + swings[i].From) % swings[i].Length < swings[i].Length / 2, Few)));

        var perMinute = told.Count / 4.0;
        Assert.True(perMinute <= 2 * (10 + 6), $"{perMinute} a minute");
        Assert.All(told.GroupBy(c => (c.Key, c.Occurrence)), c => Assert.Equal(ChangeKind.Ended, c.Last().Kind));
    }

    [Fact]
    public void A_look_at_a_thousand_limits_is_done_well_within_a_second()
    {
        var watch = Watching();
        var seconds = Enumerable.Range(0, 10).Select(second => Storm(second, _ => true)).ToList();
        watch.Look(seconds[0]);
        var clock = Stopwatch.StartNew();
        foreach (var second in seconds.Skip(1))
            watch.Look(second);

        Assert.True(clock.Elapsed / 9 < TimeSpan.FromSeconds(1), $"{clock.Elapsed / 9}");
    }

    [Fact]
    public void Who_takes_a_storm_over_goes_on_with_its_alert()
    {
        var watch = Watching();
        watch.TakeOver(Crowd.Key, occurrences: 1, isBreached: true);
        var told = Enumerable.Range(100, 30).SelectMany(second => watch.Look(Storm(second, _ => second < 110))).ToList();

        Assert.Equal([(1, ChangeKind.Grew), (1, ChangeKind.Ended)], told.Where(c => c.Key == Crowd.Key).Select(c => (c.Occurrence, c.Kind)));
    }

    private static Watch Watching(int operations = Operations) => new([.. Enumerable.Range(0, operations).Select(i => new Criterion("max_response_time", $"o{i}", Comparison.AtMost, 100))]);

    private static MetricWindow Storm(int second, Func<int, bool> isSlow, int operations = Operations)
    {
        var window = new MetricWindow { Sequence = second };
        for (var i = 0; i < operations; i++)
        {
            var operation = new OperationWindow { Scenario = "s", Operation = $"o{i}", Sent = 1, Ok = 1 };
            operation.Response.Record((isSlow(i) ? 500 : 50) * 1_000_000L);
            window.Append(operation);
        }

        return window;
    }
}
