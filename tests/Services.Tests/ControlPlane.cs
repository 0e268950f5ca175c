using Loadstone.Contracts;
using Loadstone.EventStore;
using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.Scheduler;
using Loadstone.ServiceHost;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Loadstone.Services.Tests;

/// <summary>
/// The scheduler's own code over a real PostgreSQL, with a clock that is set instead of waited for: its store, its decisions, its
/// fleet and its overseer's looks. What is pretended is the workers, who report once a second and answer at once, and the judgement.
/// </summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    private const int CapacityUsers = 1000;
    private const int RunSeconds = 10;
    private const int LongestSeconds = 60;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly WebApplication _app;
    private readonly Clock _clock;
    private readonly (Guid Id, string Name)[] _workers;
    private readonly Overseer _overseer;

    private ControlPlane(WebApplication app, Clock clock, int workers)
    {
        (_app, _clock) = (app, clock);
        _workers = [.. Enumerable.Range(0, workers).Select(n => (Guid.NewGuid(), $"worker-{n}"))];
        _overseer = ActivatorUtilities.CreateInstance<Overseer>(app.Services);
    }

    private Executions Executions => _app.Services.GetRequiredService<Executions>();

    /// <summary>Makes the tables and the fleet.</summary>
    public static async Task<ControlPlane> StartAsync(string postgres, int workers)
    {
        var clock = new Clock();
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["LOADSTONE_POSTGRES"] = postgres;
        builder.AddStore();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton(new InternalIdentity(new byte[32], clock));
        builder.Services.AddSingleton<Fleet>();
        builder.Services.AddSingleton<Pulse>();
        builder.Services.AddSingleton<LiveFigures>();
        builder.Services.AddSingleton<Instruments>();
        builder.Services.AddMassTransit(bus => bus.UsingInMemory());
        var app = builder.Build();
        await app.Services.GetRequiredService<IDocumentStore>().Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await app.Services.GetRequiredService<IBusControl>().StartAsync();
        return new ControlPlane(app, clock, workers);
    }

    /// <summary>Asks for so many runs at once and looks at them until all have ended.</summary>
    /// <returns>The CPU that this process took for it, and the statuses they ended with.</returns>
    public async Task<(TimeSpan Cpu, IReadOnlyList<ExecutionStatus> Ends)> RunAsync(int executions, int shards)
    {
        var ids = Enumerable.Range(0, executions).Select(_ => Guid.CreateVersion7()).ToList();
        Report([]);
        var before = Environment.CpuUsage.TotalTime;
        foreach (var id in ids)
            await _app.Services.GetRequiredService<RunRequests>().BeginAsync(id, "me", () => Task.FromResult(new NewRun(Configuration(shards), null)), CancellationToken.None);
        for (var look = 0; look < LongestSeconds * (1 / Look.TotalSeconds); look++)
        {
            _clock.Now += Look;
            await _overseer.LookAsync(CancellationToken.None);
            var active = await Executions.ActiveAsync(CancellationToken.None);
            if (active.Count == 0 && executions > 0)
                break;
            foreach (var x in active)
                await AnswerAsync(x);
            if (look % 4 == 0)
                Report(active);
            if (executions == 0 && look == (RunSeconds + 2) * 4)
                break;
        }

        var cpu = Environment.CpuUsage.TotalTime - before;
        await using var session = _app.Services.GetRequiredService<IDocumentStore>().QuerySession();
        return (cpu, [.. (await session.LoadManyAsync<Execution>([.. ids])).Select(x => x.Status)]);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.Services.GetRequiredService<IBusControl>().StopAsync();
        await _app.DisposeAsync();
    }

    private void Report(IReadOnlyList<Execution> active)
    {
        var given = active.SelectMany(x => x.Shards.Where(s => !s.IsOver).Select(s => (s.WorkerId, Shard: new ReportedShard(x.Id, s.Number, PhaseOf(x))))).ToLookup(s => s.WorkerId, s => s.Shard);
        foreach (var (id, name) in _workers)
            _app.Services.GetRequiredService<Fleet>().Hear(new WorkerReported(id, name, "here", CapacityUsers, 0, _clock.Now, 1, 0, [.. given[id]]));
    }

    private static ShardPhase PhaseOf(Execution x) => x.Phase == ExecutionPhase.Preparing ? ShardPhase.Preparing : ShardPhase.Running;

    // As the scheduler's consumers do when workers and Analysis speak.
    private async Task AnswerAsync(Execution x)
    {
        foreach (var shard in x.Shards.Where(s => !s.IsOver))
        {
            if (x.Phase == ExecutionPhase.Preparing && shard.Stage == ShardStage.Assigned)
                await DecideAsync(x, e => ExecutionDecisions.Prepared(e, shard.Number, shard.WorkerId, 1, _clock.Now));
            else if (x.Phase == ExecutionPhase.Running && _clock.Now >= x.StartAt!.Value.AddSeconds(RunSeconds))
                await DecideAsync(x, e => ExecutionDecisions.Finished(e, shard.Number, RunSeconds - 1, 1, null, _clock.Now));
        }

        if (x.Phase == ExecutionPhase.Finishing)
            await DecideAsync(x, e => ExecutionDecisions.Analyzed(e, new Verdict(VerdictOutcome.Passed, [], [], 1), RunFigures.Of(new MetricWindow()), new RunPeaks(1, 1, 1, 1, new Dictionary<string, long>()), _clock.Now));
    }

    private Task<Execution> DecideAsync(Execution x, Func<Execution, IEnumerable<object>> decide) => Executions.DecideAsync(x.Id, decide, "worker", CancellationToken.None);

    private static RunnableConfiguration Configuration(int shards) => new(
        Guid.NewGuid(), 1,
        new TestPlan { Name = "x", WorkerCount = shards, MaxVirtualUsers = shards * 100, Duration = TimeSpan.FromSeconds(RunSeconds), LoadPattern = new ConstantLoad() },
        "sample", ["http://127.0.0.1:1"], new Dictionary<string, string>());

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
