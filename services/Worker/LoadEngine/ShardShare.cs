namespace Loadstone.LoadEngine;

/// <summary>
/// Which part of a run one engine makes: part <paramref name="Index"/> (from 0) of <paramref name="Of"/>. Users, arrivals and
/// rows are numbered over the whole run, and a part has those whose number leaves its index when divided; so the parts
/// together are exactly the whole, whatever their count.
/// </summary>
/// <param name="Index">From 0 to <paramref name="Of"/> − 1.</param>
/// <param name="Of">How many parts there are; 1 or more.</param>
public readonly record struct ShardShare(int Index, int Of)
{
    /// <summary>The run in one piece.</summary>
    public static ShardShare Whole => new(0, 1);

    /// <summary>True when the thing of this number is ours.</summary>
    public bool Has(long number) => number % Of == Index;

    /// <summary>How many of the first <paramref name="count"/> things are ours.</summary>
    public long CountOf(long count) => (count - Index + Of - 1) / Of;
}
