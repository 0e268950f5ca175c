namespace Loadstone.LoadEngine;

/// <summary>Which scenario a user, or an arrival, runs. The same on every shard, and in every run of one seed.</summary>
internal sealed class Mix
{
    private readonly int[] _byUser;
    private readonly double[] _upTo;
    private readonly int _seed;

    /// <param name="shares">The share of each scenario, at its place; 0 for one that nobody runs.</param>
    /// <param name="seed">The run's seed.</param>
    public Mix(int[] shares, int seed)
    {
        _seed = seed;
        _byUser = [.. Dealt(shares)];
        _upTo = [.. shares.Select((_, i) => (double)shares.Take(i + 1).Sum() / shares.Sum())];
    }

    /// <summary>The scenario's place for a user. Any run of users as long as the sum of the shares has exactly the shares.</summary>
    public int OfUser(int user) => _byUser[user % _byUser.Length];

    /// <summary>The scenario's place for an arrival, drawn by the shares.</summary>
    public int OfArrival(long arrival)
    {
        var random = SplitMix.Of(_seed, ~arrival);
        var drawn = random.Fraction();
        var scenario = 0;
        while (drawn >= _upTo[scenario])
            scenario++;
        return scenario;
    }

    // Smooth weighted round robin: each turn everyone gains its share, the richest is chosen and pays the whole.
    private static IEnumerable<int> Dealt(int[] shares)
    {
        var whole = shares.Sum();
        var credit = new long[shares.Length];
        for (var turn = 0; turn < whole; turn++)
        {
            for (var i = 0; i < shares.Length; i++)
                credit[i] += shares[i];
            var chosen = Array.IndexOf(credit, credit.Max());
            credit[chosen] -= whole;
            yield return chosen;
        }
    }
}
