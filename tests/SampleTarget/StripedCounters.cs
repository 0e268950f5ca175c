using System.Numerics;

namespace Loadstone.SampleTarget;

/// <summary>
/// Counters with a stripe of cells per core: any thread may increment any of them, and two cores hardly ever meet on a cache
/// line. A read adds the stripes up; it sees every increment that happened before it.
/// </summary>
internal sealed class StripedCounters(int count)
{
    // Two cache lines apart, since processors fetch lines in pairs.
    private const int PaddingCells = 16;

    private static readonly int Stripes = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);

    private readonly int _stride = count + PaddingCells;
    private readonly long[] _cells = new long[(count + PaddingCells) * Stripes + PaddingCells];

    public long this[int counter]
    {
        get
        {
            var sum = 0L;
            for (var stripe = 0; stripe < Stripes; stripe++) sum += Volatile.Read(ref _cells[Cell(counter, stripe)]);
            return sum;
        }
    }

    public void Increment(int counter) =>
        Interlocked.Increment(ref _cells[Cell(counter, Thread.GetCurrentProcessorId() & (Stripes - 1))]);

    private int Cell(int counter, int stripe) => PaddingCells + (stripe * _stride) + counter;
}
