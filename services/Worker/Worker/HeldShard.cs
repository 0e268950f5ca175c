using System.Diagnostics;
using Loadstone.Contracts;
using Loadstone.LoadEngine;
using Loadstone.Plans;
using Loadstone.Worker.Probes;

namespace Loadstone.Worker;

/// <summary>A shard that this worker has. Commands come from the bus's threads, in any order; the load runs on its own.</summary>
internal sealed class HeldShard(PrepareShard order, int users)
{
    private readonly Lock _lock = new();
    private int _lastCommand;
    private int _changes;
    private long _beganAt;
    private IReadOnlyList<TargetProbe> _probes = order.Probes ?? [];
    private TargetProber? _prober;

    public PrepareShard Order { get; } = order;

    public int Users { get; } = users;

    public LoadOrder? Load { get; set; }

    public LoadRun? Run { get; set; }

    public ShardPhase Phase { get; set; } = ShardPhase.Preparing;

    /// <summary>Why the worker ended it by itself; null when it did not.</summary>
    public string? EndedBecause { get; private set; }

    public TimeSpan RunsFor => Stopwatch.GetElapsedTime(Volatile.Read(ref _beganAt));

    /// <summary>Asks how the system under test stands, if this shard is the one of the run that does, from now on or from when it is told to.</summary>
    public void AskWith(TargetProber prober)
    {
        lock (_lock)
        {
            _prober = prober;
            prober.Watch(_probes.Select(Open));
        }
    }

    /// <summary>Makes it the one that asks; once, however often it is told.</summary>
    public void Ask(IReadOnlyList<TargetProbe> probes)
    {
        lock (_lock)
        {
            if (_probes.Count > 0)
                return;
            _probes = probes;
            _prober?.Watch(probes.Select(Open));
        }
    }

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

    private TargetProber.Watched Open(TargetProbe target)
    {
        var password = target.PasswordSecret is { } name ? Load!.Variables.GetValueOrDefault(name) : null;
        return new TargetProber.Watched(target, new Lazy<IProbe>(() => target.Open(password, Load!.Policy, TargetProber.Patience)), password);
    }
}
