using System.Collections.Concurrent;
using System.Globalization;
using Loadstone.Contracts;
using Loadstone.LoadEngine;
using Loadstone.Plans;
using Loadstone.ServiceHost;
using Loadstone.Worker.Probes;
using MassTransit;

namespace Loadstone.Worker;

/// <summary>
/// The shards this worker has, from the order to prepare to the last window. Every command may come twice, late, or not at all:
/// each asks for a state and does nothing when it is there already.
/// </summary>
public sealed class Shards(WorkerIdentity identity, SchedulerClock clock, Spool spool, IConfiguration settings, ISecretsClient secrets, TimeProvider time, ILogger<Shards> log)
{
    private readonly ConcurrentDictionary<(Guid Execution, int Shard), HeldShard> _held = new();

    public int BusyUsers => _held.Values.Sum(h => h.Users);

    public IReadOnlyList<ReportedShard> Report() => [.. _held.Select(h => new ReportedShard(h.Key.Execution, h.Key.Shard, h.Value.Phase))];

    /// <summary>Compiles and connects a shard and answers.</summary>
    public async Task PrepareAsync(PrepareShard order, IPublishEndpoint answer, CancellationToken cancellation)
    {
        var key = (order.ExecutionId, order.Shard);
        var share = new ShardShare(order.ShareIndex, order.ShareOf, order.ShareWidth);
        var held = new HeldShard(order, (int)share.CountOf(order.Plan.MaxVirtualUsers));
        if (!_held.TryAdd(key, held))
        {
            if (_held.TryGetValue(key, out var earlier) && earlier.Phase != ShardPhase.Preparing)
                await answer.Publish(new ShardPrepared(order.ExecutionId, order.Shard, identity.Id), cancellation);
            return;
        }

        try
        {
            held.Load = await OrderOfAsync(order, share, cancellation);
            held.Run = await LoadRun.PrepareAsync(held.Load, cancellation);
            if (order.Changes is { Count: > 0 } changes && held.TakeChanges(changes.Count))
                held.Run.Steer(SteeredLoad.Of(order.Plan, changes));
            held.Phase = ShardPhase.Prepared;
            await answer.Publish(new ShardPrepared(order.ExecutionId, order.Shard, identity.Id), cancellation);
        }
        catch (PlanNotRunnableException e)
        {
            _held.TryRemove(key, out _);
            await answer.Publish(new ShardRefused(order.ExecutionId, order.Shard, identity.Id, e.Message), cancellation);
        }
        catch
        {
            _held.TryRemove(key, out _);
            throw;
        }
    }

    /// <summary>Asks the probes beside a shard's load from now on.</summary>
    public void AskProbes(AskProbes order)
    {
        if (_held.TryGetValue((order.ExecutionId, order.Shard), out var held))
            held.Ask(order.Probes);
    }

    /// <summary>Begins a prepared shard at its instant.</summary>
    public void Start(StartShard order)
    {
        if (_held.TryGetValue((order.ExecutionId, order.Shard), out var held) && held.TryBegin())
            _ = RunAsync(held, clock.Until(order.StartAt), order.FirstSecond is { } first ? new TakeOver(first, TimeSpan.FromSeconds(order.PausedSeconds)) : null);
    }

    /// <summary>Ends a shard's load; one that never began is let go at once.</summary>
    public async Task StopAsync(StopShard order)
    {
        var key = (order.ExecutionId, order.Shard);
        if (!_held.TryGetValue(key, out var held))
            return;
        if (held.Phase == ShardPhase.Running)
        {
            held.Run!.Stop();
        }
        else if (held.TryBegin())
        {
            await held.Run!.DisposeAsync();
            spool.Add(new ShardFinished(order.ExecutionId, order.Shard, held.Order.Day, -1, 0, 0, Cancelled: true, Fault: null));
            _held.TryRemove(key, out _);
        }
    }

    /// <summary>Ends the load of every shard that has been running for so long; returns those, each once.</summary>
    /// <param name="longest">How long the worker must have been without orders.</param>
    /// <param name="reason">Why, to be read after the worker's name.</param>
    public IReadOnlyList<(Guid Execution, int Shard)> StopAll(TimeSpan longest, string reason)
    {
        var stopped = new List<(Guid, int)>();
        foreach (var (key, held) in _held.Where(h => h.Value.Phase == ShardPhase.Running && h.Value.RunsFor > longest))
        {
            if (!held.TryEndBecause(reason))
                continue;
            held.Run!.Stop();
            stopped.Add(key);
        }

        return stopped;
    }

    /// <summary>Holds or releases a shard's schedule, unless a later command was heard already.</summary>
    public void Steer(Guid execution, int shard, int command, Action<LoadRun> steer)
    {
        if (_held.TryGetValue((execution, shard), out var held) && held.TakeCommand(command) && held.Run is { } run)
            steer(run);
    }

    /// <summary>Changes a shard's load, unless more changes were heard of already.</summary>
    public void ChangeLoad(SteerShard order)
    {
        if (_held.TryGetValue((order.ExecutionId, order.Shard), out var held) && held.TakeChanges(order.Changes.Count) && held.Run is { } run)
            run.Steer(SteeredLoad.Of(held.Order.Plan, order.Changes));
    }

    private async Task<LoadOrder> OrderOfAsync(PrepareShard order, ShardShare share, CancellationToken cancellation) => new()
    {
        Plan = order.Plan,
        BaseUrls = [.. order.BaseUrls.Select(u => new Uri(u))],
        Policy = await PlatformAddresses.PolicyAsync(settings, cancellation),
        Variables = await VariablesOfAsync(order, cancellation),
        MaxRps = order.MaxRps,
        Share = share,
        Seed = order.Seed,
        EndsAtStandstill = true,
    };

    // Templates read variables and secrets alike. The values stay in this process.
    private async Task<IReadOnlyDictionary<string, string>> VariablesOfAsync(PrepareShard order, CancellationToken cancellation)
    {
        if (order.SecretNames is not { Count: > 0 } names)
            return order.Variables;
        var found = await secrets.ValuesAsync(order.EnvironmentId, order.RunToken ?? "", cancellation);
        if (names.FirstOrDefault(name => found.Values.GetValueOrDefault(name, "").Length == 0) is { } missing)
            throw new PlanNotRunnableException($"the environment's secret {missing} has no value any more");
        return new Dictionary<string, string>([.. order.Variables, .. found.Values]);
    }

    private async Task RunAsync(HeldShard held, TimeSpan startsIn, TakeOver? takeOver)
    {
        var order = held.Order;
        await using var prober = new TargetProber(startsIn, time);
        held.AskWith(prober);
        try
        {
            var end = await held.Run!.RunAsync(startsIn, window =>
            {
                prober.AddTo(window);
                spool.Add(new MetricWindowRecorded(order.ExecutionId, order.Shard, order.Day, window));
            }, takeOver);
            var total = end.Total.Total();
            spool.Add(new ShardFinished(
                order.ExecutionId, order.Shard, order.Day, end.LastSequence, total.Sent, total.Ended, end.Cancelled, end.Fault?.Message,
                end.StoodStill is { } still ? string.Create(CultureInfo.InvariantCulture, $"stood still for {still.TotalSeconds:0.0} s, and ended its load") : held.EndedBecause));
        }
        catch (Exception e)
        {
            log.LogError(e, "Shard {Shard} of {Execution} broke", order.Shard, order.ExecutionId);
            spool.Add(new ShardFinished(order.ExecutionId, order.Shard, order.Day, -1, 0, 0, Cancelled: true, Fault: e.Message));
        }
        finally
        {
            await held.Run!.DisposeAsync();
            _held.TryRemove((order.ExecutionId, order.Shard), out _);
        }
    }
}
