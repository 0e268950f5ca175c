namespace Loadstone.SampleTarget;

/// <summary>The last things that were made, found by their number; older ones are forgotten, so memory stays bounded.</summary>
internal sealed class Recent<T>(int capacity) where T : class
{
    private sealed record Entry(long Number, T Item);

    private readonly Entry?[] _entries = new Entry?[capacity];
    private long _last;

    public T Add(Func<long, T> make)
    {
        var number = Interlocked.Increment(ref _last);
        var item = make(number);
        Volatile.Write(ref _entries[number % capacity], new Entry(number, item));
        return item;
    }

    public T? Find(long number) =>
        number > 0 && Volatile.Read(ref _entries[number % capacity]) is { } entry && entry.Number == number ? entry.Item : null;
}
