using System.Collections.Concurrent;
using System.Diagnostics;
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
    private readonly ConcurrentDictionary<(Guid Execution, int Shard), Held> _held = new();

    public int BusyUsers => _held.Values.Sum(h => h.Users);

    public IReadOnlyList<ReportedShard> Report() => [.. _held.Select(h => new ReportedShard(h.Key.Execution, h.Key.Shard, h.Value.Phase))];

    /// <summary>Compiles and connects a shard and answers.</summary>
    public async Task PrepareAsync(PrepareShard order, IPublishEndpoint answer, CancellationToken cancellation)
    {
        var key = (order.ExecutionId, order.Shard);
        var share = new ShardShare(order.ShareIndex, order.ShareOf, order.ShareWidth);
        var held = new Held(order, (int)share.CountOf(order.Plan.MaxVirtualUsers));
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

    private async Task RunAsync(Held held, TimeSpan startsIn, TakeOver? takeOver)
    {
        var order = held.Order;
        await using var prober = new TargetProber(held.OpenProbes(), startsIn, time);
        prober.Start();
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

    private sealed class Held(PrepareShard order, int users)
    {
        private readonly Lock _lock = new();
        private int _lastCommand;
        private int _changes;
        private long _beganAt;

        public PrepareShard Order { get; } = order;

        public int Users { get; } = users;

        public LoadOrder? Load { get; set; }

        public LoadRun? Run { get; set; }

        public ShardPhase Phase { get; set; } = ShardPhase.Preparing;

        /// <summary>Why the worker ended it by itself; null when it did not.</summary>
        public string? EndedBecause { get; private set; }

        public TimeSpan RunsFor => Stopwatch.GetElapsedTime(Volatile.Read(ref _beganAt));

        /// <summary>What asks the system under test how it stands: of one shard of a run, and only where its environment says whom.</summary>
        public IEnumerable<TargetProber.Watched> OpenProbes() => (Order.Probes ?? []).Select(target =>
        {
            var password = target.PasswordSecret is { } name ? Load!.Variables.GetValueOrDefault(name) : null;
            return new TargetProber.Watched(target, new Lazy<IProbe>(() => target.Open(password, Load!.Policy, TargetProber.Patience)), password);
        });

        /// <summary>True for the one who ends it first.</summary>
        public bool TryEndBecause(string reason)
        {
            lock (_lock)
            {
                var isFirst = EndedBecause is null;
                EndedBecause ??= reason;
                return isFirst;
            }
        }

        /// <summary>True for the one who takes it from prepared to running.</summary>
        public bool TryBegin()
        {
            lock (_lock)
            {
                var begins = Phase == ShardPhase.Prepared;
                if (begins)
                    (_beganAt, Phase) = (Stopwatch.GetTimestamp(), ShardPhase.Running);
                return begins;
            }
        }

        public bool TakeCommand(int command)
        {
            lock (_lock)
            {
                var isNew = command > _lastCommand;
                _lastCommand = Math.Max(command, _lastCommand);
                return isNew;
            }
        }

        public bool TakeChanges(int count)
        {
            lock (_lock)
            {
                var isNew = count > _changes;
                _changes = Math.Max(count, _changes);
                return isNew;
            }
        }
    }
}
