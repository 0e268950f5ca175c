using Loadstone.Analysis.Statistics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Loadstone.Services.Tests.Judging;

public sealed class StatisticsTests
{
    // The series and the points that Apache Otava's own tests have (analysis_test.py, change_point_divisive_test.py).
    private static readonly double[] Halved =
        [1.02, 0.95, 0.99, 1.00, 1.12, 1.00, 1.01, 0.98, 1.01, 0.96, 0.50, 0.51, 0.48, 0.48, 0.55, 0.50, 0.49, 0.51, 0.50, 0.49];
    private static readonly double[] TwoSteps = [0.3, 2.4, 1.5, -0.9, -0.5, 99.7, 98.3, 99.1, 149.0, 149.7, 149.5, 149.1, 148.8, 150.0];

    // SPEC SDM91 on a SUN SPARCcenter 2000, as in N. Gunther's book and the R package usl, whose documentation has the coefficients.
    private static readonly (double Users, double Throughput)[] Sdm91 =
        [(1, 64.9), (18, 995.9), (36, 1652.4), (72, 1853.2), (108, 1828.9), (144, 1775.0), (216, 1702.2)];

    [Fact]
    public void Change_points_are_those_of_the_reference_implementation()
    {
        Assert.Equal([10], ChangePoints.Find(Halved, 0.0001).Select(p => p.Index));
        Assert.Equal([5, 8], ChangePoints.Find(TwoSteps, 0.01).Select(p => p.Index));
    }

    [Fact]
    public void A_change_point_says_what_changed()
    {
        var point = Assert.Single(ChangePoints.Find(Halved));

        Assert.Equal((1.004, 0.501), (Math.Round(point.Before, 3), Math.Round(point.After, 3)));
        Assert.Equal(-50.1, point.ChangePercent!.Value, 0.1);
    }

    [Fact]
    public void Noise_has_no_change_points_and_neither_have_correlated_seconds()
    {
        var random = new Xoshiro256StarStar(3, false);
        var (history, correlated) = (0, 0);
        for (var run = 0; run < 100; run++)
        {
            history += ChangePoints.Find([.. Enumerable.Range(0, 40).Select(_ => Normal.Sample(random, 100, 5))]).Count;
            var level = 0.0;
            correlated += ChangePoints.Find(
                [.. Enumerable.Range(0, 120).Select(_ => 100 + (level = (0.6 * level) + Normal.Sample(random, 0, 5)))], 0.0001, isCorrelated: true).Count;
        }

        Assert.InRange(history, 0, 5);
        Assert.InRange(correlated, 0, 5);
    }

    [Fact]
    public void A_series_that_never_moves_or_is_hardly_there_has_none()
    {
        Assert.Empty(ChangePoints.Find([]));
        Assert.Empty(ChangePoints.Find([1]));
        Assert.Empty(ChangePoints.Find([1, 2]));
        Assert.Empty(ChangePoints.Find([.. Enumerable.Repeat(5.0, 50)]));
    }

    [Fact]
    public void The_scalability_law_has_the_coefficients_of_the_published_example()
    {
        var law = ScalabilityLaw.Fit(Sdm91)!;

        Assert.Equal(0.0277285, law.Alpha.Value, 0.00001);
        Assert.Equal(0.0001044, law.Beta.Value, 0.0000001);
        Assert.Equal(89.9952, law.Gamma.Value, 0.01);
        Assert.Equal(0.0091217, law.Alpha.StandardError, 0.0001);
        Assert.Equal(0.0000199, law.Beta.StandardError, 0.0000002);
        Assert.Equal(14.2135, law.Gamma.StandardError, 0.1);
        Assert.Null(law.Refusal);
        Assert.InRange(law.Peak!.Users.Value, 96, 97);
        Assert.InRange(law.Peak.Throughput.Value, 1883, 1885);
    }

    [Fact]
    public void A_law_that_was_planted_is_found_within_its_intervals()
    {
        var random = new Xoshiro256StarStar(9, false);
        var points = Enumerable.Range(1, 40).Select(i => i * 5.0).Select(n => (n, 50 * n / (1 + (0.02 * (n - 1)) + (0.0001 * n * (n - 1))) * (1 + Normal.Sample(random, 0, 0.02)))).ToList();

        var law = ScalabilityLaw.Fit(points)!;

        Assert.InRange(0.02, law.Alpha.Low, law.Alpha.High);
        Assert.InRange(0.0001, law.Beta.Low, law.Beta.High);
        Assert.InRange(Math.Sqrt(0.98 / 0.0001), law.Peak!.Users.Low, law.Peak.Users.High);
    }

    [Fact]
    public void Nothing_is_predicted_from_a_poor_fit_or_beyond_what_was_measured()
    {
        var random = new Xoshiro256StarStar(10, false);
        var noise = ScalabilityLaw.Fit([.. Enumerable.Range(1, 20).Select(i => ((double)i, 100 + Normal.Sample(random, 0, 30)))]);
        var straight = ScalabilityLaw.Fit([.. Enumerable.Range(1, 20).Select(i => ((double)i, 10.0 * i * (1 + Normal.Sample(random, 0, 0.01))))]);
        var faint = ScalabilityLaw.Fit([.. Enumerable.Range(1, 20).Select(i => ((double)i, 10.0 * i / (1 + (0.001 * (i - 1)) + (0.0002 * i * (i - 1)))))]);

        Assert.All(new[] { noise, straight, faint }, law => Assert.True(law is null || (law.Peak is null && law.Refusal is not null)));
        Assert.Contains("more than 2 times", faint!.Refusal);
        Assert.Null(ScalabilityLaw.Fit([(1, 10), (2, 19), (3, 27)]));
    }

    [Fact]
    public void A_leak_is_found_with_its_slope_whatever_the_garbage_collector_does()
    {
        var random = new Xoshiro256StarStar(4, false);
        var (seconds, values) = (Enumerable.Range(0, 900).Select(s => (double)s).ToList(), new List<double>());
        foreach (var s in seconds)
            values.Add(200e6 + (1e6 * s) + (30e6 * (s % 20 / 20)) + Normal.Sample(random, 0, 5e6));

        var drift = Drift.Of(seconds, values)!;

        Assert.InRange(drift.Slope, 0.95e6, 1.05e6);
        Assert.InRange(1e6, drift.Low, drift.High);
        Assert.True(drift.PValue < 1e-6);
        Assert.InRange(drift.Start, 195e6, 235e6);
    }

    [Fact]
    public void A_level_that_wanders_is_no_drift()
    {
        var random = new Xoshiro256StarStar(6, false);
        var found = 0;
        for (var run = 0; run < 100; run++)
        {
            var level = 0.0;
            var values = Enumerable.Range(0, 300).Select(_ => 1000 + (level = (0.7 * level) + Normal.Sample(random, 0, 10))).ToList();
            found += Drift.Of([.. Enumerable.Range(0, 300).Select(s => (double)s)], values)!.PValue < 0.01 ? 1 : 0;
        }

        Assert.InRange(found, 0, 5);
        Assert.Equal(1, Drift.Of([.. Enumerable.Range(0, 20).Select(s => (double)s)], [.. Enumerable.Repeat(5.0, 20)])!.PValue);
        Assert.Null(Drift.Of([1, 2], [1, 2]));
    }
}
