using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.ServiceHost;
using MassTransit;

namespace Loadstone.Benchmarks;

/// <summary>
/// A worker as the platform sees one, which makes no load: it tells at once what hours of it would have measured. It stands in a region
/// of its own, so that it is given only runs that ask for that.
/// </summary>
internal sealed class SyntheticWorker : IConsumer<PrepareShard>, IConsumer<StartShard>, IAsyncDisposable
{
    public const string Region = "synthetic";

    private const int AtOnce = 8;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly Guid _id = Guid.CreateVersion7();
    private readonly Func<int, MetricWindow> _measured;
    private readonly int _seconds;
    private readonly Func<Guid, Task> _beforeEnd;
    private readonly IBusControl _bus;
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<TimeSpan> _told = new();
    private DateOnly _day;
    private volatile ReportedShard[] _shards = [];

    private SyntheticWorker(string broker, int seconds, Func<int, MetricWindow> measured, Func<Guid, Task> beforeEnd)
    {
        (_seconds, _measured, _beforeEnd) = (seconds, measured, beforeEnd);
        _bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(broker));
            rabbit.ConfigureJsonSerializerOptions(WireJson.ConfigureTransport);
            rabbit.ReceiveEndpoint($"worker-{_id:N}", endpoint =>
            {
                (endpoint.Durable, endpoint.AutoDelete) = (false, true);
                BusTopology.BindByKey<PrepareShard>(endpoint, _id.ToString());
                BusTopology.BindByKey<StartShard>(endpoint, _id.ToString());
                BusTopology.BindByKey<WorkerProbe>(endpoint, _id.ToString());
                endpoint.Instance(this);
            });
        });
    }

    /// <summary>Ends when everything was told that was measured, with how long that took.</summary>
    public Task<TimeSpan> Told => _told.Task;

    /// <param name="broker">The platform's RabbitMQ.</param>
    /// <param name="seconds">How long its load is said to have been.</param>
    /// <param name="measured">What was measured in a second.</param>
    /// <param name="beforeEnd">Returns when the end of a run may be told: hours of seconds that come at once take the platform longer than it waits for the last of them.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<SyntheticWorker> StartAsync(string broker, int seconds, Func<int, MetricWindow> measured, Func<Guid, Task> beforeEnd, CancellationToken cancellation)
    {
        var worker = new SyntheticWorker(broker, seconds, measured, beforeEnd);
        await worker._bus.StartAsync(cancellation);
        _ = worker.ReportAsync();
        return worker;
    }

    public Task Consume(ConsumeContext<PrepareShard> context)
    {
        var m = context.Message;
        (_day, _shards) = (m.Day, [new ReportedShard(m.ExecutionId, m.Shard, ShardPhase.Prepared)]);
        return context.Publish(new ShardPrepared(m.ExecutionId, m.Shard, _id));
    }

    // The order is sent again until windows come.
    public Task Consume(ConsumeContext<StartShard> context)
    {
        if (_shards is [{ Phase: ShardPhase.Prepared } shard])
        {
            _shards = [shard with { Phase = ShardPhase.Running }];
            _ = TellAsync(context.Message.ExecutionId, context.Message.Shard);
        }

        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _bus.StopAsync();
        _ending.Dispose();
    }

    private async Task TellAsync(Guid execution, int shard)
    {
        try
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            long sent = 0;
            await Parallel.ForEachAsync(Enumerable.Range(0, _seconds), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = _ending.Token }, async (second, cancellation) =>
            {
                var window = _measured(second);
                Interlocked.Add(ref sent, window.Total().Sent);
                await _bus.Publish(new MetricWindowRecorded(execution, shard, _day, window), cancellation);
            });
            await _beforeEnd(execution);
            await _bus.Publish(new ShardFinished(execution, shard, _day, _seconds - 1, sent, sent, Cancelled: false, Fault: null), _ending.Token);
            _shards = [];
            _told.SetResult(watch.Elapsed);
        }
        catch (Exception e)
        {
            _told.SetException(e);
        }
    }

    private async Task ReportAsync()
    {
        using var timer = new PeriodicTimer(ReportEvery);
        try
        {
            do
                await _bus.Publish(new WorkerReported(_id, "synthetic", Region, 1_000, 0, DateTimeOffset.UtcNow, 0, 0, _shards), _ending.Token);
            while (await timer.WaitForNextTickAsync(_ending.Token));
        }
        catch (OperationCanceledException)
        {
            // The benchmark is over.
        }
    }
}
