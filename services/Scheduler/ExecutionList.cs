using Loadstone.Resources;

namespace Loadstone.Scheduler;

/// <summary>Executions page by page, newest first.</summary>
internal static class ExecutionList
{
    /// <summary>The page, and where the next one begins; null on the last.</summary>
    public static Task<(IReadOnlyList<Execution> Found, string? NextCursor)> ReadAsync(
        IQuerySession session, ListFilter filter, string? limit, string? cursor, CancellationToken cancellation) =>
        Page.NewestAsync<Execution>(session, filter, limit, cursor, "d.data -> 'request' ->> 'at'", x => (x.Id, x.Request.At), cancellation);
}
