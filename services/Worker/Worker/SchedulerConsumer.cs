using Loadstone.Contracts;
using Loadstone.ServiceHost;
using MassTransit;

namespace Loadstone.Worker;

/// <summary>The scheduler's commands to this worker.</summary>
public sealed class SchedulerConsumer(Shards shards, SchedulerClock clock)
    : IConsumer<PrepareShard>, IConsumer<AskProbes>, IConsumer<StartShard>, IConsumer<StopShard>, IConsumer<PauseShard>, IConsumer<ResumeShard>, IConsumer<SteerShard>,
    IConsumer<WorkerEcho>, IConsumer<WorkerProbe>
{
    public static void Bind(IRabbitMqReceiveEndpointConfigurator endpoint, Guid worker)
    {
        var key = worker.ToString();
        BusTopology.BindByKey<PrepareShard>(endpoint, key);
        BusTopology.BindByKey<AskProbes>(endpoint, key);
        BusTopology.BindByKey<StartShard>(endpoint, key);
        BusTopology.BindByKey<StopShard>(endpoint, key);
        BusTopology.BindByKey<PauseShard>(endpoint, key);
        BusTopology.BindByKey<ResumeShard>(endpoint, key);
        BusTopology.BindByKey<SteerShard>(endpoint, key);
        BusTopology.BindByKey<WorkerEcho>(endpoint, key);
        BusTopology.BindByKey<WorkerProbe>(endpoint, key);
    }

    public Task Consume(ConsumeContext<PrepareShard> context) => shards.PrepareAsync(context.Message, context, context.CancellationToken);

    public Task Consume(ConsumeContext<AskProbes> context)
    {
        shards.AskProbes(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<StartShard> context)
    {
        shards.Start(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<StopShard> context) => shards.StopAsync(context.Message);

    public Task Consume(ConsumeContext<PauseShard> context)
    {
        var m = context.Message;
        shards.Steer(m.ExecutionId, m.Shard, m.Command, run => run.Pause());
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<ResumeShard> context)
    {
        var m = context.Message;
        shards.Steer(m.ExecutionId, m.Shard, m.Command, run => run.Resume());
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<SteerShard> context)
    {
        shards.ChangeLoad(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<WorkerEcho> context)
    {
        clock.Hear(context.Message);
        return Task.CompletedTask;
    }

    // That it came here at all is the answer; the next report says the rest.
    public Task Consume(ConsumeContext<WorkerProbe> context) => Task.CompletedTask;
}
