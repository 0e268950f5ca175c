using FsCheck;
using FsCheck.Fluent;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

/// <summary>What holds of every schedule, whatever its shape.</summary>
public sealed class ScheduleTests
{
    // Whole loads and broken ones; none at all too, which a run comes down to or begins from.
    private static readonly Gen<double> AnyLoad = Gen.OneOf(
        Gen.Constant(0.0), Gen.Choose(1, 400).Select(load => (double)load), Gen.Choose(1, 4_000_000).Select(load => load / 9999.0));

    // Jumps, flashes of a millisecond, and legs of seconds.
    private static readonly Gen<TimeSpan> AnyLength = Gen.OneOf(
        Gen.Constant(TimeSpan.Zero), Gen.Choose(1, 50).Select(ms => TimeSpan.FromMilliseconds(ms)), Gen.Choose(10_000, 50_000_000).Select(ticks => TimeSpan.FromTicks(ticks)));

    private static readonly Gen<LoadShape> AnyShape = AnyLength.SelectMany(length => AnyLoad.Select(load => new Stage(length, load)))
        .NonEmptyListOf().SelectMany(stages => AnyLoad.Select(start => new LoadShape(LoadUnit.ArrivalsPerSecond, start, [.. stages.Take(6)])));

    private static readonly Gen<LoadShape> AnyShapeEvenOrPoisson =
        AnyShape.SelectMany(shape => Gen.Elements(false, true).Select(poisson => shape with { Poisson = poisson }));

    // A shape and two instants of it.
    private static readonly Gen<(LoadShape Shape, long FromNs, long UntilNs)> AnyStretch = AnyShape.SelectMany(shape =>
        Gen.Choose(0, 1000).Two().Select(parts => (shape, Part(shape, Math.Min(parts.Item1, parts.Item2)), Part(shape, Math.Max(parts.Item1, parts.Item2)))));

    [Fact]
    public void Arrivals_are_strictly_ordered_and_within_the_run() => Check(AnyShapeEvenOrPoisson, shape =>
    {
        var arrivals = Arrivals.Of(shape, 1).ToArray();
        return arrivals.Zip(arrivals.Skip(1)).All(pair => pair.First < pair.Second)
            && arrivals.All(a => a >= 0 && a <= LengthNs(shape) + arrivals.Length);
    });

    [Fact]
    public void Arrivals_that_come_faster_than_the_clock_ticks_are_still_strictly_ordered()
    {
        var shape = new LoadShape(LoadUnit.ArrivalsPerSecond, 0, [new Stage(TimeSpan.FromTicks(500), 2e9), new Stage(TimeSpan.FromTicks(500), 1e9)]);
        var arrivals = Arrivals.Of(shape, 1).ToArray();

        Assert.InRange(arrivals.Length, 124_999, 125_001);
        Assert.All(arrivals.Zip(arrivals.Skip(1)), pair => Assert.True(pair.First < pair.Second));
    }

    [Fact]
    public void Arrivals_over_any_stretch_are_within_one_of_the_integral_of_the_rate() => Check(AnyStretch, of =>
    {
        var counted = Arrivals.Of(of.Shape, 1).LongCount(a => a >= of.FromNs && a < of.UntilNs);
        return Math.Abs(counted - (Integral(of.Shape, of.UntilNs) - Integral(of.Shape, of.FromNs))) <= 1.001;
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
        AnyShapeEvenOrPoisson.SelectMany(shape => Gen.Choose(1, 7).Select(shards => (shape, shards))), both =>
            Enumerable.Range(0, both.shards).SelectMany(i => Arrivals.Of(both.shape, 3, new ShardShare(i, both.shards)))
                .OrderBy(a => a.Number).Select(a => a.DueNs).SequenceEqual(Arrivals.Of(both.shape, 3)));

    [Fact]
    public void Shares_of_different_sizes_together_make_exactly_the_whole() => Check(
        AnyShapeEvenOrPoisson.SelectMany(shape => Gen.Choose(1, 4).SelectMany(a => Gen.Choose(1, 5).Select(b => (shape, a, b)))), of =>
            new[] { new ShardShare(0, of.a + of.b, of.a), new ShardShare(of.a, of.a + of.b, of.b) }.SelectMany(share => Arrivals.Of(of.shape, 3, share))
                .OrderBy(a => a.Number).Select(a => a.DueNs).SequenceEqual(Arrivals.Of(of.shape, 3)));

    [Fact]
    public void Users_at_any_instant_are_the_shape_to_the_nearest_whole_number() => Check(AnyStretch, of =>
        Math.Abs(UsersAt(of.Shape, of.UntilNs) - of.Shape.At(TimeSpan.FromTicks(of.UntilNs / 100))) <= 0.5 + UsersPerTick(of.Shape));

    [Fact]
    public void User_seconds_over_any_stretch_are_the_integral_of_the_shape_to_half_a_user() => Check(AnyStretch, of =>
    {
        var seconds = (of.UntilNs - of.FromNs) / 1e9;
        return Math.Abs(UserSeconds(of) - (Integral(of.Shape, of.UntilNs) - Integral(of.Shape, of.FromNs))) <= (0.5 * seconds) + 0.001;
    });

    [Fact]
    public void Users_of_all_shards_together_are_the_whole_at_any_instant() => Check(
        AnyStretch.SelectMany(of => Gen.Choose(1, 7).Select(shards => (Users: UsersAt(of.Shape, of.UntilNs), shards))), both =>
            Enumerable.Range(0, both.shards).Sum(i => new ShardShare(i, both.shards).CountOf(both.Users)) == both.Users);

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
        var mix = new Mix([70, 30], 1);

        Assert.Equal(35, Enumerable.Range(0, 50).Count(user => mix.OfUser(user) == 0));
    }

    [Fact]
    public void A_mix_draws_arrivals_by_its_weights_and_the_same_ones_each_time()
    {
        var (mix, again) = (new Mix([70, 30], 1), new Mix([70, 30], 1));

        // Standard deviation √(10000·0.7·0.3) ≈ 46.
        Assert.InRange(Enumerable.Range(0, 10_000).Count(n => mix.OfArrival(n) == 0), 6800, 7200);
        Assert.All(Enumerable.Range(0, 100), n => Assert.Equal(mix.OfArrival(n), again.OfArrival(n)));
    }

    private static int UsersAt(LoadShape shape, long atNs) =>
        UserTimes.Of(shape with { Unit = LoadUnit.Users }).Last(change => change.AtNs <= atNs).Users;

    private static double UserSeconds((LoadShape Shape, long FromNs, long UntilNs) of)
    {
        var changes = UserTimes.Of(of.Shape with { Unit = LoadUnit.Users }).Append(new UserChange(long.MaxValue, 0)).ToArray();
        return changes.Zip(changes.Skip(1), (change, next) =>
            change.Users * (double)Math.Max(0, Math.Min(next.AtNs, of.UntilNs) - Math.Max(change.AtNs, of.FromNs))).Sum() / 1e9;
    }

    // How far the steepest leg climbs in the 100 ns that a TimeSpan counts in.
    private static double UsersPerTick(LoadShape shape) => shape.Stages.Zip(shape.Stages.Select(s => s.Target).Prepend(shape.Start))
        .Max(leg => leg.First.Duration == TimeSpan.Zero ? 0 : Math.Abs(leg.First.Target - leg.Second) / leg.First.Duration.Ticks);

    private static long Part(LoadShape shape, int ofThousand) => LengthNs(shape) / 1000 * ofThousand;

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
