using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>
/// Hands out the rows of one feeder. Users are numbered over all shards, and shards take every n-th row, so no row of a
/// unique feeder is ever with two users, and a sequential one is gone through once before it begins again.
/// </summary>
internal sealed class UserFeeder
{
    private readonly string[] _columns;
    private readonly string[][] _rows;
    private readonly FeedMode _mode;
    private readonly ShardShare _share;
    private long _handedOut = -1;

    /// <param name="index">The feeder's place among the plan's feeders; users keep their row there.</param>
    /// <param name="feeder">The feeder; its rows must be there.</param>
    /// <param name="share">Which part of the run this is.</param>
    public UserFeeder(int index, Feeder feeder, ShardShare share)
    {
        Index = index;
        _share = share;
        _mode = feeder.Mode;
        _columns = [.. feeder.Rows!.SelectMany(r => r.Keys).Distinct()];
        _rows = [.. feeder.Rows!.Select(r => _columns.Select(c => r.GetValueOrDefault(c, "")).ToArray())];
    }

    public int Index { get; }

    public int Rows => _rows.Length;

    public bool IsUnique => _mode == FeedMode.Unique;

    /// <summary>The values of a list of bare values, or of a list with one column.</summary>
    public IEnumerable<string> Values => _rows.Select(r => r[0]);

    public bool HasOneColumn => _columns.Length == 1;

    /// <summary>The place of a column; −1 when there is none.</summary>
    public int ColumnOf(string name) => Array.IndexOf(_columns, name);

    /// <summary>The row of the user's present iteration.</summary>
    public string[] RowOf(VirtualUser user) => _rows[user.Rows[Index]];

    /// <summary>Chooses the row of the iteration that begins now.</summary>
    public int NextRow(VirtualUser user) => _mode switch
    {
        FeedMode.Unique => user.Number,
        FeedMode.Random => (int)user.Random.Between(0, _rows.Length - 1),
        _ => (int)(_share.NumberAt(Interlocked.Increment(ref _handedOut)) % _rows.Length),
    };
}
