namespace Loadstone.SampleTarget.Tests;

public sealed class DelayTests
{
    private const int Draws = 200_000;

    [Fact]
    public void A_fixed_delay_is_always_its_mean() =>
        Assert.All(Sample(new DelaySettings { Type = DelayType.Fixed, MeanMs = 7 }).Take(100), ms => Assert.Equal(7, ms));

    [Fact]
    public void A_uniform_delay_fills_its_range_evenly()
    {
        var sample = Sample(new DelaySettings { Type = DelayType.Uniform, MinMs = 10, MaxMs = 30 });
        Assert.All(sample, ms => Assert.InRange(ms, 10, 30));
        Assert.Equal(20, sample.Average(), 0.2);
        Assert.Equal(0.25, sample.Count(ms => ms < 15) / (double)Draws, 0.01);
    }

    [Fact]
    public void A_normal_delay_has_its_mean_and_deviation()
    {
        var sample = Sample(new DelaySettings { Type = DelayType.Normal, MeanMs = 100, DeviationMs = 10 });
        Assert.Equal(100, sample.Average(), 0.2);
        Assert.Equal(10, Math.Sqrt(sample.Average(ms => (ms - 100) * (ms - 100))), 0.2);
    }

    [Fact]
    public void An_exponential_delay_has_its_mean_and_its_long_tail()
    {
        var sample = Sample(new DelaySettings { Type = DelayType.Exponential, MeanMs = 50 });
        Assert.Equal(50, sample.Average(), 0.5);
        Assert.Equal(Math.Exp(-2), sample.Count(ms => ms > 100) / (double)Draws, 0.005);
    }

    [Fact]
    public void No_delay_leaves_the_bounds_it_was_given() =>
        Assert.All(Sample(new DelaySettings { Type = DelayType.Normal, MeanMs = 50, DeviationMs = 50, MinMs = 20, MaxMs = 60 }),
            ms => Assert.InRange(ms, 20, 60));

    private static double[] Sample(DelaySettings delay) =>
        [.. Enumerable.Range(1, Draws).Select(n => delay.SampleMs(Chance.Draw(42, 1, n), Chance.Draw(42, 2, n)))];
}
