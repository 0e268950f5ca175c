namespace Loadstone.Local;

/// <summary>The deaths of one service. What dies again and again is not helped by being started again.</summary>
internal sealed class Deaths(TimeProvider time)
{
    public const int TooMany = 5;
    public static readonly TimeSpan Within = TimeSpan.FromMinutes(1);

    private readonly Queue<DateTimeOffset> _latest = new();

    /// <summary>Counts one more, now; true when it is one too many.</summary>
    public bool AreTooManyWithThis()
    {
        var now = time.GetUtcNow();
        _latest.Enqueue(now);
        while (now - _latest.Peek() > Within)
            _latest.Dequeue();
        return _latest.Count >= TooMany;
    }
}
