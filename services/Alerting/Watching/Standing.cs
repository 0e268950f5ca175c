namespace Loadstone.Alerting.Watching;

/// <summary>What one look at the last seconds showed.</summary>
/// <param name="IsBad">Whether it is wrong.</param>
/// <param name="IsCalm">Whether it is well beyond doubt: a value that has hardly come back is neither.</param>
/// <param name="Value">What was seen.</param>
public readonly record struct Sight(bool IsBad, bool IsCalm, double Value);

/// <summary>
/// One thing that is watched in a run. A breach begins when it was bad for so many looks in a row, and is over when it was calm for so
/// many. What is breached again and again must be calm for longer each time from the fourth on, up to a minute, so that a value that
/// swings makes few alerts.
/// </summary>
public abstract class Standing(string key, TimeSpan badFor, TimeSpan calmFor)
{
    /// <summary>For how long it must be calm, when nobody said otherwise.</summary>
    public static readonly TimeSpan UsualCalm = TimeSpan.FromSeconds(3);

    private const int Usual = 3;
    private const int Longest = 60;

    private int _bad;
    private int _calm;

    public string Key => key;

    /// <summary>The breaches there were, with the one that goes on.</summary>
    public int Occurrence { get; private set; }

    public bool IsBreached { get; private set; }

    /// <summary>Goes on where another instance stopped.</summary>
    public void TakeOver(int occurrences, bool isBreached) => (Occurrence, IsBreached) = (occurrences, isBreached);

    /// <summary>Looks, once a second; null when nothing began or ended.</summary>
    public Change? Look(Recent recent)
    {
        if (See(recent) is not { } sight)
            return null;
        (_bad, _calm) = (sight.IsBad ? _bad + 1 : 0, sight.IsCalm ? _calm + 1 : 0);
        if (!IsBreached && _bad >= Looks(badFor))
        {
            (IsBreached, Occurrence) = (true, Occurrence + 1);
            return new Change(Describe(sight.Value), Occurrence, ChangeKind.Began);
        }

        if (!IsBreached || _calm < CalmLooks())
            return null;
        IsBreached = false;
        return new Change(Describe(sight.Value), Occurrence, ChangeKind.Ended);
    }

    /// <summary>What this look shows; null when it shows nothing.</summary>
    protected abstract Sight? See(Recent recent);

    protected abstract Breach Describe(double value);

    private int CalmLooks()
    {
        var asked = Looks(calmFor);
        return Occurrence <= Usual ? asked : Math.Max(asked, Math.Min(Longest, asked << Math.Min(Occurrence - Usual, 6)));
    }

    private static int Looks(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));
}
