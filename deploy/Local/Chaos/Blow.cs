namespace Loadstone.Local.Chaos;

/// <summary>How something is struck.</summary>
internal enum BlowKind
{
    /// <summary>Killed at once (SIGKILL), with everything it started, and started again after a while.</summary>
    Kill,

    /// <summary>Stopped (SIGSTOP), and let go on after a while.</summary>
    Freeze,
}

/// <summary>What is done to a run in one round; the same for the same seed and number.</summary>
/// <param name="Round">The round's number, from 1.</param>
/// <param name="Victim">What is struck.</param>
/// <param name="Kind">How.</param>
/// <param name="AtSecond">When, counted from the run's start.</param>
/// <param name="AwaySeconds">For how long it is away, beside the time it takes to start.</param>
/// <param name="Open">True for a load by arrivals, whose plan says how many requests there are; false for one by users.</param>
internal sealed record Blow(int Round, string Victim, BlowKind Kind, double AtSecond, double AwaySeconds, bool Open)
{
    public const double RunSeconds = 12;
    private const double FrozenSeconds = 5;
    private const double LongestAwaySeconds = 3;

    /// <summary>Every victim is struck in every way before any is struck so again, in an order that the seed gives.</summary>
    public static Blow Of(int seed, int round, IReadOnlyList<string> victims)
    {
        (string Victim, BlowKind Kind)[] all = [.. victims.SelectMany(v => Enum.GetValues<BlowKind>().Select(kind => (v, kind)))];
        var lap = Math.DivRem(round - 1, all.Length, out var place);
        new Random(unchecked((seed * 31) + lap)).Shuffle(all);
        var random = new Random(unchecked((seed * 1_000_003) + round));
        return new Blow(
            round,
            all[place].Victim,
            all[place].Kind,
            Math.Round(0.5 + (random.NextDouble() * (RunSeconds - 1)), 1),
            all[place].Kind == BlowKind.Freeze ? FrozenSeconds : Math.Round(random.NextDouble() * LongestAwaySeconds, 1),
            Open: random.Next(3) > 0);
    }
}
