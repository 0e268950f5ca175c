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

    // 2,000 latencies of a kind, around any size from microseconds to seconds and more or less widely spread.
    private static readonly Arbitrary<long[]> Distributions = Gen.Elements<Func<Random, double, double>>(
        (random, _) => random.NextDouble(),
        (random, spread) => Math.Abs(1 + (spread * Normal(random) / 10)),
        (random, _) => -Math.Log(1 - random.NextDouble()),
        (random, spread) => Math.Exp(spread * Normal(random)),
        (random, spread) => Math.Pow(1 - random.NextDouble(), -spread),
        (random, spread) => random.NextDouble() < 0.9 ? random.NextDouble() : 1000 * spread,
        (_, _) => 1).SelectMany(kind => Gen.Choose(3, 9).SelectMany(size => Gen.Choose(1, 20).SelectMany(spread => Gen.Choose(0, 1 << 30).Select(seed =>
            ValuesOf(kind, Math.Pow(10, size), spread / 10.0, new Random(seed)))))).ToArbitrary();

    private static readonly double[] Percents = [0.1, 1, 10, 50, 90, 95, 99, 99.9, 100];

    [Fact]
    public void Any_percentile_of_any_values_is_within_one_percent_of_the_exact_one() => Prop.ForAll(Values, values =>
    {
        var histogram = Of(values);
        var sorted = values.Order().ToArray();
        return Percents.All(p => IsWithinOnePercent(histogram.PercentileNs(p), ExactOf(sorted, p)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Percentiles_of_any_distribution_are_within_its_promise_of_the_exact_ones() => Prop.ForAll(Distributions, values =>
    {
        var histogram = Of(values);
        var sorted = values.Order().ToArray();
        return Percents.All(p => Math.Abs(histogram.PercentileNs(p) - ExactOf(sorted, p)) <= ExactOf(sorted, p) * 0.004);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Histograms_merged_in_any_order_equal_recording_all_values_in_one() => Prop.ForAll(Values, Gen.Choose(1, 9).ToArbitrary(), (values, parts) =>
    {
        var random = new Random(values.Length);
        var histograms = Enumerable.Range(0, parts).Select(_ => new Histogram()).ToArray();
        foreach (var value in values)
            histograms[random.Next(parts)].Record(value);
        random.Shuffle(histograms);
        return histograms.Aggregate(new Histogram(), Merged).Encode().SequenceEqual(Of(values).Encode());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Merging_leaves_what_was_merged_as_it_was() => Prop.ForAll(Values, Values, (some, others) =>
    {
        var other = Of(others);
        Merged(Of(some), other);
        return other.Encode().SequenceEqual(Of(others).Encode());
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

    private static Histogram Merged(Histogram into, Histogram other)
    {
        into.Add(other);
        return into;
    }

    private static long[] ValuesOf(Func<Random, double, double> kind, double sizeNs, double spread, Random random) =>
        [.. Enumerable.Range(0, 2000).Select(_ => (long)Math.Min(Histogram.LargestNs, sizeNs * kind(random, spread)))];

    // Box and Muller (1958).
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static long ExactOf(long[] sorted, double percent) => sorted[Math.Max(0, (int)Math.Ceiling(percent / 100 * sorted.Length) - 1)];

    private static bool IsWithinOnePercent(long measured, long exact) => Math.Abs(measured - exact) <= exact * 0.01;
}
