namespace Loadstone.Plans;

/// <summary>
/// Which part of a run one engine makes: <paramref name="Width"/> of every <paramref name="Of"/> things, from <paramref name="Index"/> on.
/// Users, arrivals and rows are numbered over the whole run, and a part has those whose number leaves one of its indexes when divided; so
/// the parts together are exactly the whole, whatever their count and their sizes.
/// </summary>
/// <param name="Index">From 0 to <paramref name="Of"/> − <paramref name="Width"/>.</param>
/// <param name="Of">1 or more.</param>
/// <param name="Width">1 to <paramref name="Of"/>; more than 1 in a part that is larger than others.</param>
public readonly record struct ShardShare(int Index, int Of, int Width = 1)
{
    /// <summary>The run in one piece.</summary>
    public static ShardShare Whole => new(0, 1);

    /// <summary>True when the thing of this number is ours.</summary>
    public bool Has(long number) => number % Of - Index is var place && place >= 0 && place < Width;

    /// <summary>How many of the first <paramref name="count"/> things are ours.</summary>
    public long CountOf(long count) => (count / Of * Width) + Math.Clamp((count % Of) - Index, 0, Width);

    /// <summary>The number of the thing that is at a place among ours, from 0.</summary>
    public long NumberAt(long place) => (place / Width * Of) + Index + (place % Width);

    /// <summary>The place among ours of a thing that is ours.</summary>
    public long PlaceOf(long number) => (number / Of * Width) + (number % Of) - Index;

    /// <summary>One of several parts of this part.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <param name="of">How many there are; 1 or more.</param>
    public ShardShare Part(int index, int of) => new(Index + (Of * index), Of * of, Width);
}
