namespace Loadstone.SampleTarget;

/// <summary>Memory taken at a steady rate and not given back before a reset; it stops by itself at a gigabyte.</summary>
internal sealed class Leak : IDisposable
{
    private const long MostBytes = 1L << 30;
    private const int TicksPerSecond = 10;

    private readonly Lock _changing = new();
    private readonly Timer _timer;
    private readonly List<byte[]> _held = [];
    private long _heldBytes;
    private long _bytesPerTick;

    public Leak() => _timer = new Timer(_ => Grow());

    public void Set(long bytesPerSecond)
    {
        lock (_changing)
        {
            _bytesPerTick = (bytesPerSecond + TicksPerSecond - 1) / TicksPerSecond;
            var period = bytesPerSecond > 0 ? TimeSpan.FromSeconds(1.0 / TicksPerSecond) : Timeout.InfiniteTimeSpan;
            _timer.Change(period, period);
        }
    }

    public void Release()
    {
        lock (_changing)
        {
            if (_heldBytes == 0) return;
            _held.Clear();
            _heldBytes = 0;
        }
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    public void Dispose() => _timer.Dispose();

    private void Grow()
    {
        lock (_changing)
        {
            if (_heldBytes + _bytesPerTick > MostBytes) return;
            var bytes = new byte[_bytesPerTick];
            bytes.AsSpan().Fill(1); // untouched pages would not be resident
            _held.Add(bytes);
            _heldBytes += bytes.Length;
        }
    }
}
