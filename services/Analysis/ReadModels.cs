using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.Benchmarks;
using Loadstone.Analysis.Reports;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis;

/// <summary>What of this service's tables is made of its streams, is a copy of the scheduler's, or is made of what was measured.</summary>
internal static class ReadModels
{
    private const string Schema = "analysis";

    public static IEnumerable<ReadModel> Of(IServiceProvider services)
    {
        var store = services.GetRequiredService<IDocumentStore>();
        return
        [
            store.Snapshots<Judgement>(Schema), store.Snapshots<Benchmark>(Schema), store.Snapshots<Baseline>(Schema), store.Names(Schema, new BenchmarkKind().NamesAsync),
            store.Copies(Schema, run => run.Id, cancellation => StreamReadModels.AllAsync(after => services.GetRequiredService<ISchedulerClient>().RequestsAsync(after, cancellation), r => r.ExecutionId).Select(RunToJudge.Of)),
            new ReadModel([DerivedTable.Documents("analysis.mt_doc_report")], cancellation => MakeReportsAsync(store, services, cancellation)),
        ];
    }

    // Each run's own report. What was asked for later, of other kinds, is what was known then, and stays.
    private static async Task<IReadOnlyList<string>> MakeReportsAsync(IDocumentStore store, IServiceProvider services, CancellationToken cancellation)
    {
        var (made, left) = (new HashSet<Guid>(), new List<string>());
        await using var session = store.QuerySession();
        await foreach (var judgement in session.AllAsync<Judgement>(j => j.Id, cancellation))
        {
            made.Add(judgement.Id);
            if (!await TryMakeReportAsync(store, services, judgement, cancellation))
                left.Add($"analysis.mt_doc_report: the report of the execution {judgement.Id} stays as it is, for what it was made of is not kept any more");
        }

        await store.DeleteAsync<Report>(r => r.Id, r => r.Id == Report.IdOf(r.ExecutionId) && !made.Contains(r.ExecutionId), cancellation);
        return left;
    }

    private static async Task<bool> TryMakeReportAsync(IDocumentStore store, IServiceProvider services, Judgement judgement, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession();
        if (await session.LoadAsync<RunToJudge>(judgement.Id, cancellation) is not { } run)
            return false;
        try
        {
            session.Store(Report.Of(run, await services.GetRequiredService<IIngestionClient>().WindowsAsync(run.Id, cancellation), judgement.Last));
        }
        catch (RestEase.ApiException e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return false;
        }

        await session.SaveChangesAsync(cancellation);
        return true;
    }
}
