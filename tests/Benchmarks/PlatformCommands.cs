using System.CommandLine;

namespace Loadstone.Benchmarks;

/// <summary>The figures of the platform around the engine.</summary>
internal static class PlatformCommands
{
    public static IEnumerable<Command> All(Option<int> rounds, Option<int> seconds, Option<string?> json)
    {
        var runs = new Option<int>("--runs") { Description = "How many runs.", DefaultValueFactory = _ => 30 };
        var start = new Command("start", "T10: from POST execute to the first request on the target.") { runs };
        start.SetAction((given, ct) => StartBenchmark.RunAsync(given.GetValue(runs), given.GetValue(json), ct));
        yield return start;

        var many = new Option<int>("--runs") { Description = "How many runs.", DefaultValueFactory = _ => 600 };
        var scheduled = new Command("runs", "T20: hundreds of runs of a schedule, four at once: memory, connections, queues, files. Ends with 1 when something grows.") { many };
        scheduled.SetAction((given, ct) => RunsBenchmark.RunAsync(Math.Max(RunsBenchmark.Fewest, given.GetValue(many)), given.GetValue(json), ct));
        yield return scheduled;

        var alert = new Command("alert", "T11: from the close of a second that shows a breach to its alert at a plain AMQP client.") { rounds };
        alert.SetAction((given, ct) => AlertBenchmark.RunAsync(given.GetValue(rounds), given.GetValue(json), ct));
        yield return alert;

        var overhead = new Command("overhead", "T12: the throughput of a run with all services on this machine, beside the engine alone.") { rounds, seconds };
        overhead.SetAction((given, ct) => OverheadBenchmark.RunAsync(given.GetValue(rounds), given.GetValue(seconds), given.GetValue(json), ct));
        yield return overhead;

        var ingestion = new Command("ingestion", "T13: endpoint-windows stored and queryable a second, and the backlog of 20,000 that come a second.") { seconds };
        ingestion.SetAction((given, ct) => IngestionBenchmark.RunAsync(given.GetValue(seconds), given.GetValue(json), ct));
        yield return ingestion;

        var control = new Command("control", "The scheduler's CPU for a run, with 10 and with 100 at once and a thousand workers, in accelerated time.") { rounds };
        control.SetAction((given, ct) => ControlBenchmark.RunAsync(given.GetValue(rounds), given.GetValue(json), ct));
        yield return control;

        var minutes = new Option<int>("--minutes") { Description = "How long the run that is reported on was.", DefaultValueFactory = _ => 120 };
        var report = new Command("report", "T14: the detailed report and the metrics of a run of two hours and a hundred endpoints.") { minutes };
        report.SetAction((given, ct) => ReportBenchmark.RunAsync(given.GetValue(minutes), given.GetValue(json), ct));
        yield return report;

        var page = new Command("page", "The page of a run of two hours and a hundred endpoints: until it is there, and how it scrolls.") { minutes, rounds };
        page.SetAction((given, ct) => PageBenchmark.RunAsync(given.GetValue(minutes), given.GetValue(rounds), given.GetValue(json), ct));
        yield return page;

        var store = new Command("store", "T15: the event store, as a share of plain inserts.") { rounds, seconds };
        store.SetAction((given, ct) => StoreBenchmark.RunAsync(given.GetValue(rounds), given.GetValue(seconds), given.GetValue(json), ct));
        yield return store;
    }
}
