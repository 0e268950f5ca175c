using FsCheck;
using FsCheck.Fluent;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

/// <summary>What holds of every schedule, whatever its shape.</summary>
public sealed class ScheduleTests
{
    private static readonly Gen<Stage> AnyStage = Gen.Choose(0, 5000).SelectMany(ms => Gen.Choose(0, 400).Select(target =>
        new Stage(TimeSpan.FromMilliseconds(ms), target)));

    private static readonly Gen<LoadShape> AnyShape = AnyStage.NonEmptyListOf().SelectMany(stages => Gen.Choose(0, 300).Select(start =>
        new LoadShape(LoadUnit.ArrivalsPerSecond, start, [.. stages.Take(6)])));

    [Fact]
    public void Arrivals_are_strictly_ordered_and_within_the_run() => Check(AnyShape, shape =>
    {
        var arrivals = Arrivals.Of(shape, 1).ToArray();
        return arrivals.Zip(arrivals.Skip(1)).All(pair => pair.First < pair.Second)
            && arrivals.All(a => a >= 0 && a <= LengthNs(shape) + arrivals.Length);
    });

    [Fact]
    public void Arrivals_up_to_any_instant_are_within_one_of_the_integral_of_the_rate() => Check(
        AnyShape.SelectMany(shape => Gen.Choose(0, 1000).Select(part => (shape, part))), both =>
        {
            var untilNs = LengthNs(both.shape) / 1000 * both.part;
            var counted = Arrivals.Of(both.shape, 1).LongCount(a => a < untilNs);
            return Math.Abs(counted - Integral(both.shape, untilNs)) <= 1.001;
        });

    [Fact]
    public void Poisson_arrivals_come_at_the_rate_and_are_spread_as_a_Poisson_process_is()
    {
        var shape = new LoadShape(LoadUnit.ArrivalsPerSecond, 1000, [new Stage(TimeSpan.FromSeconds(20), 1000)]) { Poisson = true };
        var arrivals = Arrivals.Of(shape, 7).ToArray();

        // The count has a standard deviation of √20000 ≈ 141; gaps of a Poisson process have a deviation equal to their mean.
        Assert.InRange(arrivals.Length, 20_000 - 600, 20_000 + 600);
        var gaps = arrivals.Zip(arrivals.Skip(1), (a, b) => (double)(b - a)).ToArray();
        var mean = gaps.Average();
        var deviation = Math.Sqrt(gaps.Average(g => Math.Pow(g - mean, 2)));
        Assert.InRange(deviation / mean, 0.95, 1.05);
    }

    [Fact]
    public void The_same_seed_gives_the_same_arrivals_and_another_seed_others()
    {
        var shape = new LoadShape(LoadUnit.ArrivalsPerSecond, 100, [new Stage(TimeSpan.FromSeconds(5), 100)]) { Poisson = true };

        Assert.Equal(Arrivals.Of(shape, 5), Arrivals.Of(shape, 5));
        Assert.NotEqual(Arrivals.Of(shape, 5), Arrivals.Of(shape, 6));
    }

    [Fact]
    public void Shards_together_make_exactly_the_whole() => Check(
        AnyShape.SelectMany(shape => Gen.Choose(1, 7).Select(shards => (shape, shards))), both =>
            Enumerable.Range(0, both.shards).SelectMany(i => Arrivals.Of(both.shape, 3, new ShardShare(i, both.shards)))
                .OrderBy(a => a.Number).Select(a => a.DueNs).SequenceEqual(Arrivals.Of(both.shape, 3)));

    [Fact]
    public void Users_at_any_instant_are_within_one_of_the_shape() => Check(
        AnyShape.SelectMany(shape => Gen.Choose(0, 1000).Select(part => (shape with { Unit = LoadUnit.Users }, part))), both =>
        {
            var (shape, part) = both;
            var atNs = LengthNs(shape) / 1000 * part;
            var users = UserTimes.Of(shape).Where(c => c.AtNs <= atNs).Select(c => c.Users).Last();
            return Math.Abs(users - shape.At(TimeSpan.FromTicks(atNs / 100))) <= 1;
        });

    [Fact]
    public void Users_come_and_go_one_at_a_time_in_order_of_time() => Check(AnyShape, shape =>
    {
        var changes = UserTimes.Of(shape with { Unit = LoadUnit.Users }).ToArray();
        return changes[0].AtNs == 0 && changes.Zip(changes.Skip(1)).All(pair =>
            pair.First.AtNs <= pair.Second.AtNs && Math.Abs(pair.First.Users - pair.Second.Users) == 1);
    });

    [Fact]
    public void A_share_counts_exactly_its_own() => Check(
        Gen.Choose(0, 1000).SelectMany(count => Gen.Choose(1, 9).Select(shards => (count, shards))), both =>
            Enumerable.Range(0, both.shards).All(i => new ShardShare(i, both.shards).CountOf(both.count)
                == Enumerable.Range(0, both.count).Count(n => new ShardShare(i, both.shards).Has(n))));

    [Fact]
    public void A_mix_deals_users_exactly_by_its_weights()
    {
        var mix = new Mix(Weighted(70, 30), 1);

        Assert.Equal(35, Enumerable.Range(0, 50).Count(user => mix.OfUser(user) == 0));
    }

    [Fact]
    public void A_mix_draws_arrivals_by_its_weights_and_the_same_ones_each_time()
    {
        var (mix, again) = (new Mix(Weighted(70, 30), 1), new Mix(Weighted(70, 30), 1));

        // Standard deviation √(10000·0.7·0.3) ≈ 46.
        Assert.InRange(Enumerable.Range(0, 10_000).Count(n => mix.OfArrival(n) == 0), 6800, 7200);
        Assert.All(Enumerable.Range(0, 100), n => Assert.Equal(mix.OfArrival(n), again.OfArrival(n)));
    }

    private static ScenarioConfig Weighted(params int[] weights) =>
        new() { Scenarios = [.. weights.Select((w, i) => new Scenario { Name = $"s{i}", Weight = w })] };

    private static long LengthNs(LoadShape shape) => shape.Duration.Ticks * 100;

    // The integral of straight lines: the mean of the ends of each piece, times its length.
    private static double Integral(LoadShape shape, long untilNs)
    {
        var (from, startNs, sum) = (shape.Start, 0L, 0.0);
        foreach (var stage in shape.Stages)
        {
            var lengthNs = stage.Duration.Ticks * 100;
            var partNs = Math.Clamp(untilNs - startNs, 0, lengthNs);
            var end = lengthNs == 0 ? stage.Target : from + ((stage.Target - from) * partNs / lengthNs);
            sum += (from + end) / 2 * partNs / 1e9;
            (from, startNs) = (stage.Target, startNs + lengthNs);
        }

        return sum;
    }

    private static void Check<T>(Gen<T> gen, Func<T, bool> holds) => Prop.ForAll(gen.ToArbitrary(), holds).QuickCheckThrowOnFailure();
}
