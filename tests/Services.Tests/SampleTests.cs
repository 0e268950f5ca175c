using System.Text.Json.Nodes;
using Loadstone.Contracts;
using Loadstone.Ingestion;
using Loadstone.Ingestion.Samples;
using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Services.Tests;

/// <summary>Samples of other tools on a real PostgreSQL: counted once, among the windows of the engine and apart from its accounts.</summary>
public sealed class SampleTests(TestDatabase test) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day = new(2030, 1, 1);

    private readonly Guid _run = Guid.NewGuid();
    private readonly WindowStore _windows = new(test.Database, new RunLedger(test.Database));
    private readonly RunLedger _ledger = new(test.Database);
    private readonly RunStore _runs = new(test.Database);
    private readonly SetClock _clock = new() { Now = Start.AddSeconds(2.5) };

    private SampleStore Samples => new(test.Database, _windows, new Ingestion.Arrivals(), _clock);

    [Fact]
    public async Task A_batch_is_counted_once_however_often_and_however_many_at_once_it_is_posted()
    {
        await StartAsync();
        await EngineAsync(0, sent: 5);
        var batch = Batch("""{ "timestamp_offset": 0.5, "operation": "k6", "response_time": 12 }""", """{ "timestamp_offset": 0.7, "metric": "queue", "value": -3 }""");

        var wereThere = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Samples.StoreAsync(batch, "build 17", CancellationToken.None)));
        await Samples.StoreAsync(batch, "build 18", CancellationToken.None);

        Assert.Single(wereThere, there => !there);
        var second = await SecondAsync(0);
        Assert.Equal((7, 2, 2), (second.Total().Sent, second.Total().Ok - 5, second.Total().External));
        Assert.Equal(new CustomMetric(2, -6, -3, -3), second.CustomMetrics["queue"]);
        var refused = await Assert.ThrowsAsync<RefusalException>(() => Samples.StoreAsync(Batch("""{ "timestamp_offset": 1, "metric": "queue", "value": 1 }"""), "build 17", CancellationToken.None));
        Assert.Equal(422, refused.Status);
    }

    [Fact]
    public async Task Samples_of_a_closed_second_correct_it_and_the_total_and_leave_the_engines_accounts_alone()
    {
        await StartAsync();
        var closing = await TakeAsync();
        await EngineAsync(0, sent: 5);
        await AdvanceAsync(closing);

        await Samples.StoreAsync(Batch("""{ "timestamp": "2030-01-01T13:00:00.900+01:00", "operation": "k6", "response_time": 3, "status_code": 503 }"""), null, CancellationToken.None);
        await AdvanceAsync(closing);
        await EngineAsync(1, sent: 4);
        Assert.Equal(10, (await AdvanceAsync(closing)).Last().ToDate.TotalRequests);
        await FinishAsync(last: 1, sent: 9);
        await AdvanceAsync(closing);

        var seal = (await SealAsync())!;
        Assert.Empty(seal.Gaps);
        Assert.Equal((10, 1, 2), (seal.Total.Total().Sent, seal.Total.Total().External, seal.Total.Seconds));
        Assert.Equal((1, 1), (seal.Total.Total().ErrorTypes["status_503"], seal.Total.Total().StatusCodes[503]));
    }

    [Fact]
    public async Task A_run_waits_for_no_other_tool_and_has_all_that_came_before_its_seal()
    {
        await StartAsync();
        var closing = await TakeAsync();
        await EngineAsync(0, sent: 5);
        await Samples.StoreAsync(Batch("""{ "timestamp_offset": 4.2, "operation": "k6", "response_time": 3 }"""), null, CancellationToken.None);
        await FinishAsync(last: 0, sent: 5);

        await AdvanceAsync(closing);

        var seal = (await SealAsync())!;
        Assert.Empty(seal.Gaps);
        Assert.Equal((6, 1), (seal.Total.Total().Sent, seal.Total.Seconds));
    }

    [Fact]
    public async Task A_run_is_sealed_while_a_tool_posts_without_a_pause_and_every_batch_that_was_taken_is_in_the_seal()
    {
        await StartAsync();
        var closing = await TakeAsync();
        await EngineAsync(0, sent: 5);
        await FinishAsync(last: 0, sent: 5);
        var taken = 0;

        var posting = Task.Run(async () =>
        {
            while (await TakesAsync())
                taken++;
        });
        while (await SealAsync() is null)
            await AdvanceAsync(closing);
        await posting;

        Assert.Equal(5 + taken, (await SealAsync())!.Total.Total().Sent);
    }

    [Fact]
    public async Task Samples_of_a_run_that_is_unknown_not_started_or_over_are_refused_by_its_name()
    {
        var batch = Batch("""{ "timestamp_offset": 0, "operation": "k6", "response_time": 3 }""");
        await RefusedAsync(404, "names no execution", batch);
        await _ledger.KnowRunAsync(_run, Day, CancellationToken.None);
        await RefusedAsync(409, "has not started yet", batch);
        await StartAsync();
        await Samples.StoreAsync(batch, "kept", CancellationToken.None);
        var closing = await TakeAsync();
        await EngineAsync(0, sent: 5);
        await FinishAsync(last: 0, sent: 5);
        await AdvanceAsync(closing);

        await RefusedAsync(409, "is over: its figures do not change any more", batch);
        Assert.True(await Samples.StoreAsync(batch, "kept", CancellationToken.None));
    }

    [Fact]
    public async Task Samples_outside_of_the_runs_time_are_refused_by_their_place_and_none_of_the_batch_is_counted()
    {
        await StartAsync();
        var batch = Batch(
            """{ "timestamp_offset": 0, "metric": "m", "value": 1 }""", """{ "timestamp": "2030-01-01T11:59:59Z", "metric": "m", "value": 1 }""",
            """{ "timestamp_offset": 8, "metric": "m", "value": 1 }""");

        var refused = await Assert.ThrowsAsync<RefusalException>(() => Samples.StoreAsync(batch, null, CancellationToken.None));

        Assert.Equal(400, refused.Status);
        Assert.Equal(["is before the start of the execution, 2030-01-01T12:00:00.0000000Z"], refused.Errors!["samples[1].timestamp"]);
        Assert.Equal(["is later than now"], refused.Errors["samples[2].timestamp_offset"]);
        Assert.Empty((await SecondAsync(0)).CustomMetrics);
    }

    [Theory]
    [InlineData("""{ }""", "executionId", "timestamp", "operation", "response_time")]
    [InlineData("""{ "executionId": "x", "samples": [] }""", "executionId", "samples")]
    [InlineData("""{ "executionId": "6f1d5c0e-2f65-4f0c-9d43-0a4c1f6f5b11", "samples": [ null, 5, { "timestamp": "soon", "timestamp_offset": 1, "metric": "m", "operation": "o" } ] }""",
        "samples[0]", "samples[1]", "samples[2].timestamp", "samples[2].value", "samples[2].operation")]
    [InlineData("""{ "executionId": "6f1d5c0e-2f65-4f0c-9d43-0a4c1f6f5b11", "timestamp_offset": -1, "operation": "o", "response_time": -1, "status_code": 42, "ok": true, "error_type": "e", "method": "get" }""",
        "timestamp_offset", "response_time", "status_code", "error_type", "method")]
    public void A_bad_batch_is_refused_by_every_bad_member(string json, params string[] paths)
    {
        var errors = new DocumentErrors();
        var body = new DocumentNode(JsonNode.Parse(json), "", errors);

        SampleBatch.Read(body);
        body.RefuseUnknown();

        Assert.All(paths, path => Assert.Contains(path, errors.ByPath().Keys));
    }

    private SampleBatch Batch(params string[] samples)
    {
        var errors = new DocumentErrors();
        var batch = SampleBatch.Read(new DocumentNode(JsonNode.Parse($$"""{ "executionId": "{{_run}}", "samples": [ {{string.Join(',', samples)}} ] }"""), "", errors));
        Assert.Empty(errors.All);
        return batch;
    }

    private async Task<bool> TakesAsync()
    {
        try
        {
            return !await Samples.StoreAsync(Batch("""{ "timestamp_offset": 0, "operation": "k6", "response_time": 3 }"""), null, CancellationToken.None);
        }
        catch (RefusalException e) when (e.Status == 409)
        {
            return false;
        }
    }

    private async Task RefusedAsync(int status, string why, SampleBatch batch)
    {
        var refused = await Assert.ThrowsAsync<RefusalException>(() => Samples.StoreAsync(batch, null, CancellationToken.None));
        Assert.Equal((status, why), (refused.Status, refused.Errors!["executionId"].Single()));
    }

    private Task StartAsync() => _ledger.StartedAsync(new ExecutionStarted(_run, Day, Start, [0]), CancellationToken.None);

    private Task<bool> EngineAsync(int sequence, long sent) => _windows.StoreAsync(new MetricWindowRecorded(_run, 0, Day, new MetricWindow
    {
        Sequence = sequence,
        Operations = [new OperationWindow { Scenario = "s", Operation = "o", Sent = sent, Ok = sent }],
    }), CancellationToken.None);

    private Task FinishAsync(int last, long sent) =>
        _ledger.ShardOverAsync(_run, new ShardAccount(0, ShardState.Finished, last, sent, sent, _clock.Now), CancellationToken.None);

    private async Task<MetricWindow> SecondAsync(int second)
    {
        await using var connection = await test.Database.Source.OpenConnectionAsync();
        return (await _windows.ReadSecondAsync(connection, Day, _run, second, CancellationToken.None)).Window;
    }

    private async Task<LeasedRun> LeaseAsync() => (await _runs.TakeLeasesAsync(_run, _clock.Now, CancellationToken.None)).Single(l => l.ExecutionId == _run);

    private async Task<Closing> TakeAsync() => new(await LeaseAsync(), test.Database, _windows, _runs, _clock);

    private async Task<List<WindowClosed>> AdvanceAsync(Closing closing)
    {
        await closing.AdvanceAsync(await LeaseAsync(), CancellationToken.None);
        return [.. (await _runs.AnnouncementsAsync(_run, CancellationToken.None)).Select(a => a.Message).OfType<WindowClosed>()];
    }

    private Task<RunReader.Seal?> SealAsync() => new RunReader(test.Database, _runs).SealAsync(_run, CancellationToken.None);
}
