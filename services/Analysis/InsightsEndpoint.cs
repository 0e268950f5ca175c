using Loadstone.Analysis.Findings;
using Loadstone.Analysis.Reports;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis;

/// <summary>What was found out about a run, without the rest of its report.</summary>
internal static class InsightsEndpoint
{
    public static void MapInsights(this WebApplication app) => app.MapGet("/api/load-testing/executions/{id:guid}/insights", GetAsync);

    private static async Task<InsightsAnswer> GetAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var f = (await ReportEndpoints.LatestAsync(id, ReportType.Summary, session, cancellation)).ReportData.Findings;
        return new InsightsAnswer(true, f.Insights, f.Findings, f.Recommendations, f.NextSteps, f.Grade, f.Recovery, f.Capacity);
    }
}

[Envelope]
internal sealed record InsightsAnswer(
    bool Success, IReadOnlyList<string> Insights, IReadOnlyList<Finding> Bottlenecks, IReadOnlyList<Recommendation> Recommendations, IReadOnlyList<string> NextSteps,
    PerformanceGrade? PerformanceGrade, Recovery? Recovery, CapacityModel? Capacity);
