using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Loadstone.Measurement;

/// <summary>
/// Counts durations in buckets that grow with the value, so that any percentile is right within 0.4 % however the values
/// are spread, and two histograms add up to exactly the histogram of all values together.
/// </summary>
/// <remarks>
/// Log-linear buckets in the manner of HdrHistogram (G. Tene, hdrhistogram.org): values below 256 ns are exact; each doubling
/// above has 128 buckets, so a bucket is at most 1/128 of its value wide and its middle at most 1/256 (0.4 %) off. Values are
/// whole nanoseconds from 0 to 2^42−1 (73 minutes); larger ones count as the largest, negative ones as 0. The sum, smallest and
/// largest value are exact. Not thread-safe: one writer at a time, whoever owns it. Recording allocates only when a value is
/// larger than any before. One that was decoded keeps its compact form until it is written to or asked for percentiles: most are
/// only stored, or added to others.
/// </remarks>
[JsonConverter(typeof(HistogramJsonConverter))]
public sealed class Histogram
{
    /// <summary>The largest value that is kept apart from others, in ns.</summary>
    public const long LargestNs = (1L << 42) - 1;

    private const int SubBucketBits = 7;
    private const int SubBuckets = 1 << SubBucketBits;

    // Before the buckets: version, count, sum, smallest, largest.
    private const int HeaderNumbers = 5;

    // Covers values below 16 ms at first; grows by doublings as larger ones come.
    private static readonly int FirstLength = IndexOf((1L << 24) - 1) + 1;

    // Empty until the first value, and while the compact form stands for the counts.
    private long[] _counts = [];
    private byte[]? _compact;
    private long _smallestNs = long.MaxValue;

    /// <summary>How many values were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The sum of all values, in ns.</summary>
    public long SumNs { get; private set; }

    /// <summary>The smallest value, in ns; 0 when empty.</summary>
    public long MinNs => Count == 0 ? 0 : _smallestNs;

    /// <summary>The largest value, in ns; 0 when empty.</summary>
    public long MaxNs { get; private set; }

    /// <summary>The mean, in ns; 0 when empty.</summary>
    public double MeanNs => Count == 0 ? 0 : (double)SumNs / Count;

    /// <summary>Records one value, in ns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Record(long valueNs)
    {
        if ((ulong)valueNs > LargestNs)
            valueNs = valueNs < 0 ? 0 : LargestNs;
        var index = IndexOf(valueNs);
        if (index >= _counts.Length)
            Grow(index);
        _counts[index]++;
        Count++;
        SumNs += valueNs;
        if (valueNs < _smallestNs)
            _smallestNs = valueNs;
        if (valueNs > MaxNs)
            MaxNs = valueNs;
    }

    /// <summary>Adds all values of another histogram to this one.</summary>
    public void Add(Histogram other)
    {
        if (other.Count == 0)
            return;
        if (Count == 0 && _counts.Length == 0 && other._compact is { } same)
            _compact = same;
        else
            AddCounts(other);
        Count += other.Count;
        SumNs += other.SumNs;
        _smallestNs = Math.Min(_smallestNs, other._smallestNs);
        MaxNs = Math.Max(MaxNs, other.MaxNs);
    }

    /// <summary>Forgets everything but keeps its memory.</summary>
    public void Clear()
    {
        if (Count == 0)
            return;
        _compact = null;
        _counts.AsSpan(0, Math.Min(_counts.Length, IndexOf(MaxNs) + 1)).Clear();
        (Count, SumNs, MaxNs, _smallestNs) = (0, 0, 0, long.MaxValue);
    }

    /// <summary>
    /// The value at a percentile by the nearest-rank definition: the smallest recorded value that at least
    /// <paramref name="percent"/> % of all values do not exceed. Within 0.4 % of the exact one; 0 when empty.
    /// </summary>
    /// <param name="percent">Above 0 to 100; 100 gives the exact maximum.</param>
    /// <returns>The value, in ns.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="percent"/> is outside 0 to 100.</exception>
    public long PercentileNs(double percent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        if (Count == 0)
            return 0;
        var rank = Math.Max(1, (long)Math.Ceiling(percent / 100 * Count));
        if (rank >= Count)
            return MaxNs;
        Unfold();
        var seen = 0L;
        var index = -1;
        while (seen < rank)
            seen += _counts[++index];
        return Math.Clamp(MiddleOf(index), MinNs, MaxNs);
    }

    /// <summary>The buckets that are not empty: lowest value (ns), highest value (ns), count; rising.</summary>
    public IEnumerable<(long LowNs, long HighNs, long Count)> Buckets()
    {
        Unfold();
        for (var i = 0; Count > 0 && i <= IndexOf(MaxNs); i++)
        {
            if (_counts[i] > 0)
                yield return (LowOf(i), LowOf(i + 1) - 1, _counts[i]);
        }
    }

    /// <summary>A compact form: a version byte, then unsigned LEB128 numbers; empty buckets take no room.</summary>
    public byte[] Encode()
    {
        if (_compact is { } compact)
            return compact;
        var writer = new CompactWriter();
        writer.Write(1);
        writer.Write(Count);
        if (Count == 0)
            return writer.ToArray();
        writer.Write(SumNs);
        writer.Write(MinNs);
        writer.Write(MaxNs);
        var before = 0;
        for (var i = IndexOf(MinNs); i <= IndexOf(MaxNs); i++)
        {
            if (_counts[i] == 0)
                continue;
            writer.Write(i - before);
            writer.Write(_counts[i]);
            before = i;
        }

        return writer.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are no histogram, or one that contradicts itself.</exception>
    public static Histogram Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CompactReader(bytes);
        if (reader.Read() != 1)
            throw new FormatException("not a histogram of version 1");
        var histogram = new Histogram { Count = reader.Read() };
        if (histogram.Count == 0)
            return histogram;
        histogram.SumNs = reader.Read();
        histogram._smallestNs = reader.Read();
        histogram.MaxNs = reader.Read();
        if (histogram._smallestNs > histogram.MaxNs || histogram.MaxNs > LargestNs)
            throw new FormatException("a histogram whose limits contradict each other");
        histogram._compact = bytes.ToArray();
        histogram.EachBucket(histogram._compact, static (_, _, _) => { });
        return histogram;
    }

    private void AddCounts(Histogram other)
    {
        Unfold();
        var last = IndexOf(other.MaxNs);
        if (last >= _counts.Length)
            Grow(last);
        if (other._compact is { } compact)
            other.EachBucket(compact, static (mine, index, count) => mine[index] += count, _counts);
        else
            for (var i = IndexOf(other.MinNs); i <= last; i++)
                _counts[i] += other._counts[i];
    }

    // Two who only read may do so at once: both come to the same.
    private void Unfold()
    {
        if (_compact is not { } compact)
            return;
        var counts = new long[LengthFor(IndexOf(MaxNs))];
        EachBucket(compact, static (into, index, count) => into[index] = count, counts);
        _counts = counts;
        Volatile.Write(ref _compact, null);
    }

    private void EachBucket(byte[] compact, Action<long[], int, long> take, long[]? into = null)
    {
        var reader = new CompactReader(compact);
        for (var header = 0; header < HeaderNumbers; header++)
            reader.Read();
        var (index, seen, last) = (0L, 0L, IndexOf(MaxNs));
        while (seen < Count)
        {
            index += reader.Read();
            var count = reader.Read();
            if (index > last || count <= 0 || count > Count - seen)
                throw new FormatException("a histogram whose buckets contradict its count");
            take(into ?? [], (int)index, count);
            seen += count;
        }
    }

    private void Grow(int index)
    {
        Unfold();
        if (index >= _counts.Length)
            Array.Resize(ref _counts, LengthFor(index));
    }

    private static int LengthFor(int index) => Math.Max(FirstLength, ((index / SubBuckets) + 1) * SubBuckets);

    // Below 256 the value is its own index. Above, the highest 8 bits are kept: 128 buckets for each doubling.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, 63 - SubBucketBits - BitOperations.LeadingZeroCount((ulong)value));
        return (shift << SubBucketBits) + (int)(value >> shift);
    }

    private static long LowOf(int index)
    {
        var shift = Math.Max(0, (index >> SubBucketBits) - 1);
        return (long)(index - (shift << SubBucketBits)) << shift;
    }

    private static long MiddleOf(int index) => (LowOf(index) + LowOf(index + 1) - 1) / 2;
}
