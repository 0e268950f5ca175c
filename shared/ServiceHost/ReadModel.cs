namespace Loadstone.ServiceHost;

/// <summary>Tables that are made of something else that is stored, and how they are made anew.</summary>
/// <param name="Tables">The tables, all made by the same work.</param>
/// <param name="MakeAsync">
/// Makes every row anew and takes away those that nothing speaks for, in transactions that leave the tables whole if it is broken off.
/// Returns sentences on what had to be left as it was.
/// </param>
public sealed record ReadModel(IReadOnlyList<DerivedTable> Tables, Func<CancellationToken, Task<IReadOnlyList<string>>> MakeAsync)
{
    /// <summary>Documents that one piece of work makes.</summary>
    public static ReadModel Of(DerivedTable table, Func<CancellationToken, Task> makeAsync) => new([table], async cancellation =>
    {
        await makeAsync(cancellation);
        return [];
    });
}

/// <summary>One table of a read model.</summary>
/// <param name="Name">With its schema.</param>
/// <param name="Key">The columns that tell its rows apart.</param>
/// <param name="Bookkeeping">Columns that say when or in which order a row was written, which are not compared.</param>
public sealed record DerivedTable(string Name, IReadOnlyList<string> Key, IReadOnlyList<string> Bookkeeping)
{
    /// <summary>The present states of streams.</summary>
    public static DerivedTable Snapshots(string name) => new(name, ["id"], ["mt_last_modified"]);

    /// <summary>Other documents: their version is drawn anew with each write.</summary>
    public static DerivedTable Documents(string name) => new(name, ["id"], ["mt_last_modified", "mt_version"]);
}

/// <summary>What came of one table.</summary>
/// <param name="Table">The table.</param>
/// <param name="RowsBefore">Its rows before.</param>
/// <param name="Rows">Its rows now.</param>
/// <param name="Differing">Rows that were missing, too many, or said something else.</param>
/// <param name="Examples">The keys of the first of them.</param>
public sealed record RebuiltTable(string Table, long RowsBefore, long Rows, long Differing, IReadOnlyList<string> Examples);

/// <summary>A line of the answer to a rebuild: a table that is done, or a sentence: on what was left as it was, or why it could not go on.</summary>
public sealed record RebuildLine(RebuiltTable? Table = null, string? Left = null, string? Fault = null);
