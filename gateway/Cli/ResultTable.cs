using Loadstone.Client;
using Spectre.Console;
using static System.FormattableString;

namespace Loadstone.Cli;

/// <summary>The result of an ended execution, for a person.</summary>
internal static class ResultTable
{
    public static async Task WriteAsync(Connection.Session session, ExecutionView x)
    {
        var console = Screen.On(session.Say);
        if (x.TotalRequests > 0)
        {
            console.Write(Operations((await session.Api.EndpointsAsync(x.Id, CancellationToken.None)).Endpoints));
            console.Write(Criteria(x.Summary.Criteria));
        }

        foreach (var (error, count) in x.ErrorDetails.ErrorTypes.OrderByDescending(e => e.Value))
            session.Say.WriteLine($"error {error}: {count}");
        session.Say.WriteLine(Invariant(
            $"{x.TotalRequests} requests in {x.DurationSeconds:0.#} s ({x.ThroughputRps:0.#}/s), {x.FailedRequests} failed ({x.ErrorRate:0.##} %), response ms: avg {x.AvgResponseTime:0.##} p50 {x.P50ResponseTime:0.##} p95 {x.P95ResponseTime:0.##} p99 {x.P99ResponseTime:0.##} max {x.MaxResponseTime:0.##}"));
        session.Say.WriteLine($"status {x.Status}{(x.ErrorDetails.Reason is { } reason ? $" ({reason})" : "")}, verdict {x.Verdict?.ToString().ToLowerInvariant() ?? "none"}");
        foreach (var why in x.Summary.Reasons)
            session.Say.WriteLine($"  {why}");
        if (x.Verdict is not null)
            WriteInsights(session, await session.Api.InsightsAsync(x.Id, CancellationToken.None), x.Summary.Reasons);
    }

    private static void WriteInsights(Connection.Session session, InsightsAnswer found, IReadOnlyList<string> said)
    {
        foreach (var insight in found.Insights.Except(said))
            session.Say.WriteLine($"  {insight}");
        if (found.PerformanceGrade is { } grade)
            session.Say.WriteLine($"grade {grade}");
        foreach (var f in found.Bottlenecks)
            session.Say.WriteLine($"{f.Severity}: {f.Details}");
    }

    private static Table Operations(IReadOnlyList<EndpointView> endpoints)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in new[] { "operation", "scenario", "requests", "failed", "per second", "avg ms", "p95 ms", "p99 ms" })
            table.AddColumn(column);
        foreach (var e in endpoints)
        {
            table.AddRow(
                Text(e.Operation), Text(e.Scenario), Text(Invariant($"{e.TotalRequests}")), Text(Invariant($"{e.FailedRequests}")), Text(Invariant($"{e.ThroughputRps:0.#}")),
                Text(Invariant($"{e.AvgResponseTime:0.##}")), Text(Invariant($"{e.P95ResponseTime:0.##}")), Text(Invariant($"{e.P99ResponseTime:0.##}")));
        }

        return table;
    }

    private static Table Criteria(IReadOnlyList<CriterionView> criteria)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("criterion").AddColumn("measured").AddColumn("margin").AddColumn("result");
        foreach (var c in criteria)
        {
            table.AddRow(
                Text(c.Title), Text(c.Value is { } value ? Invariant($"{value:0.###}") : "-"), Text(c.Margin is { } margin ? Invariant($"{100 * margin:0.#} %") : "-"),
                new Markup(c.Passed ? "[green]passed[/]" : "[red]FAILED[/]"));
        }

        return table;
    }

    private static Text Text(string text) => new(text);
}
