using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Loadstone.Measurement.Tests;

public sealed class HistogramTests
{
    // Spread over every size from 0 ns to 73 minutes, not only over small numbers.
    private static readonly Arbitrary<long[]> Values = Gen.Choose(0, 41).SelectMany(bits => Gen.Choose(0, int.MaxValue)
        .Select(random => (long)random * 2048 % (1L << bits) + (random % (1 << Math.Min(bits, 20))))).NonEmptyListOf()
        .Select(list => list.Select(v => Math.Min(v, Histogram.LargestNs)).ToArray()).ToArbitrary();

    private static readonly double[] Percents = [0.1, 1, 10, 50, 90, 95, 99, 99.9, 100];

    [Fact]
    public void Any_percentile_of_any_values_is_within_one_percent_of_the_exact_one() => Prop.ForAll(Values, values =>
    {
        var histogram = Of(values);
        var sorted = values.Order().ToArray();
        return Percents.All(p => IsWithinOnePercent(histogram.PercentileNs(p), sorted[Math.Max(0, (int)Math.Ceiling(p / 100 * sorted.Length) - 1)]));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Merging_histograms_equals_recording_all_values_in_one() => Prop.ForAll(Values, Values, (some, others) =>
    {
        var merged = Of(some);
        merged.Add(Of(others));
        return merged.Encode().SequenceEqual(Of([.. some, .. others]).Encode());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Encoding_and_decoding_changes_nothing() => Prop.ForAll(Values, values =>
        Histogram.Decode(Of(values).Encode()).Encode().SequenceEqual(Of(values).Encode())).QuickCheckThrowOnFailure();

    [Fact]
    public void Bytes_that_are_no_histogram_are_refused_and_never_crash() => Prop.ForAll<byte[]>(bytes =>
    {
        try
        {
            return Histogram.Decode(bytes).Count >= 0;
        }
        catch (FormatException)
        {
            return true;
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Count_sum_and_limits_are_exact()
    {
        var histogram = Of(3, 1_000_003, 77);

        Assert.Equal((3, 1_000_083, 3, 1_000_003), (histogram.Count, histogram.SumNs, histogram.MinNs, histogram.MaxNs));
    }

    [Fact]
    public void Values_out_of_range_count_as_the_nearest_one()
    {
        var histogram = Of(-5, long.MaxValue);

        Assert.Equal((2, 0, Histogram.LargestNs), (histogram.Count, histogram.MinNs, histogram.MaxNs));
    }

    [Fact]
    public void An_empty_histogram_answers_zero()
    {
        var histogram = new Histogram();

        Assert.Equal((0, 0, 0, 0.0), (histogram.PercentileNs(99), histogram.MinNs, histogram.MaxNs, histogram.MeanNs));
    }

    [Fact]
    public void A_cleared_histogram_is_as_good_as_new()
    {
        var histogram = Of(5, 500_000_000_000);
        histogram.Clear();
        histogram.Record(40);

        Assert.Equal(Of(40).Encode(), histogram.Encode());
    }

    [Fact]
    public void Recording_allocates_nothing_once_the_largest_value_was_seen()
    {
        var histogram = Of(Histogram.LargestNs);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 10_000; i++)
            histogram.Record(i * 997L);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_second_of_ten_thousand_latencies_takes_little_room()
    {
        var random = new Random(1);
        var histogram = new Histogram();
        for (var i = 0; i < 10_000; i++)
            histogram.Record((long)(1_000_000 * Math.Exp(random.NextDouble() * 2)));

        Assert.InRange(histogram.Encode().Length, 1, 1500);
    }

    [Fact]
    public void A_histogram_in_JSON_is_one_text()
    {
        var json = JsonSerializer.Serialize(Of(1, 2, 3));

        Assert.Equal(Of(1, 2, 3).Encode(), JsonSerializer.Deserialize<Histogram>(json)!.Encode());
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Histogram>("\"AAAA\""));
    }

    [Fact]
    public void Buckets_cover_every_value_once()
    {
        var histogram = Of(0, 255, 256, 1_000_000, Histogram.LargestNs);

        Assert.All(histogram.Buckets().Zip([0, 255, 256, 1_000_000, Histogram.LargestNs]), pair =>
            Assert.InRange(pair.Second, pair.First.LowNs, pair.First.HighNs));
    }

    private static Histogram Of(params long[] values)
    {
        var histogram = new Histogram();
        foreach (var value in values)
            histogram.Record(value);
        return histogram;
    }

    private static bool IsWithinOnePercent(long measured, long exact) => Math.Abs(measured - exact) <= exact * 0.01;
}
