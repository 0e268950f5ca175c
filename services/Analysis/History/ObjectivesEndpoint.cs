using System.Text;
using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.Benchmarks;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis.History;

internal static class ObjectivesEndpoint
{
    public static void MapObjectives(this WebApplication app) => app.MapGet("/api/load-testing/objectives", ObjectivesAsync);

    private static async Task<IResult> ObjectivesAsync(IQuerySession session, string? environment, string? format, CancellationToken cancellation)
    {
        if (format is not (null or "json" or "markdown"))
            throw RefusalException.Field("format", "must be one of json, markdown");
        var latest = await RunHistory.LatestAsync(session, cancellation);
        var benchmarks = await session.QueryAsync<Benchmark>($"where {ListFilter.ByActive("true").Sql}", cancellation, ListFilter.ByActive("true").Values);
        var baselines = await session.QueryAsync<Baseline>("where true", cancellation);
        var all = Objectives.Of(latest, benchmarks, baselines).Where(o => environment is null || o.Environment == environment).ToList();
        return format == "markdown" ? Results.Text(Objectives.Markdown(all), "text/markdown; charset=utf-8", Encoding.UTF8) : Results.Ok(new ObjectivesAnswer(true, all));
    }
}

[Envelope]
internal sealed record ObjectivesAnswer(bool Success, IReadOnlyList<Objectives> Objectives);
