namespace Loadstone.Measurement;

/// <summary>
/// What happened to the iterations of one stretch of time. <c>planned = started + dropped + cancelled + waiting after −
/// waiting before</c>, and over a whole run <c>planned = started + dropped + cancelled</c>.
/// </summary>
/// <param name="Planned">Iterations that came due.</param>
/// <param name="Started">Iterations a user began.</param>
/// <param name="Dropped">Arrivals given up after the longest start delay, or at the end, for want of a free user.</param>
/// <param name="Cancelled">Iterations due but not begun because the run was stopped.</param>
/// <param name="Completed">Iterations done to their last step.</param>
/// <param name="CutShort">Iterations begun but ended by a failed critical step or by the end of the run.</param>
public readonly record struct IterationCounts(long Planned, long Started, long Dropped, long Cancelled, long Completed, long CutShort)
{
    /// <summary>The sum of two stretches.</summary>
    public static IterationCounts operator +(IterationCounts a, IterationCounts b) => Add(a, b);

    /// <summary>The sum of two stretches.</summary>
    public static IterationCounts Add(IterationCounts a, IterationCounts b) => new(
        a.Planned + b.Planned, a.Started + b.Started, a.Dropped + b.Dropped,
        a.Cancelled + b.Cancelled, a.Completed + b.Completed, a.CutShort + b.CutShort);
}

/// <summary>How the load generator itself fared: the worst of the processes and seconds it speaks of.</summary>
/// <param name="CpuPercent">CPU of the generator's process, in % of all cores.</param>
/// <param name="MemoryBytes">Resident memory of the process.</param>
/// <param name="GcPauseMs">Time the garbage collector held the process still, in ms.</param>
/// <param name="LoopDelayMs">How late the slowest event loop came to its second's end, in ms.</param>
/// <param name="PoolDelayMs">How long work waited for a thread of the pool, in ms; windows go out late when it does.</param>
public readonly record struct GeneratorHealth(double CpuPercent, long MemoryBytes, double GcPauseMs, double LoopDelayMs = 0, double PoolDelayMs = 0)
{
    /// <summary>The worse of two, member by member.</summary>
    public GeneratorHealth Worse(GeneratorHealth other) => new(
        Math.Max(CpuPercent, other.CpuPercent), Math.Max(MemoryBytes, other.MemoryBytes), Math.Max(GcPauseMs, other.GcPauseMs),
        Math.Max(LoopDelayMs, other.LoopDelayMs), Math.Max(PoolDelayMs, other.PoolDelayMs));
}

/// <summary>Everything measured in one second of one shard, or in any sum of such seconds.</summary>
public sealed class MetricWindow
{
    private readonly List<OperationWindow> _operations = [];
    private readonly Dictionary<(string Scenario, string Operation), OperationWindow> _byName = [];

    /// <summary>Whole seconds from the common start to the window's beginning; contiguous, empty seconds too.</summary>
    public int Sequence { get; init; }

    /// <summary>
    /// For how long of the window load was due, in seconds: 1 for a full second, a fraction for the one in which the load
    /// ended, 0 after it, while last answers come in; of a sum the sum.
    /// </summary>
    public double Seconds { get; set; } = 1;

    /// <summary>The phase of the plan in which the second began; null in a run without phases, and in a sum of seconds.</summary>
    public string? Phase { get; set; }

    /// <summary>Virtual users at work: of one second the number at its end, of a sum the most.</summary>
    public int VirtualUsers { get; set; }

    /// <summary>The iterations.</summary>
    public IterationCounts Iterations { get; set; }

    /// <summary>Iterations begun later than due, from due to begin, and requests sent late: the generator's own lag.</summary>
    public Histogram Lag { get; init; } = new();

    /// <summary>The generator itself.</summary>
    public GeneratorHealth Health { get; set; }

    /// <summary>The generator's machine: of one second of one shard alone; null in a sum, and where the machine does not tell.</summary>
    public HostReading? Host { get; set; }

    /// <summary>What was measured under names of its own.</summary>
    public Dictionary<string, CustomMetric> CustomMetrics { get; init; } = [];

    /// <summary>What the probes of the system under test told, by the probe's name. Their values are in <see cref="CustomMetrics"/> too.</summary>
    public Dictionary<string, ProbeReading> Probes { get; init; } = [];

    /// <summary>The requests by scenario and operation, in the order they first came.</summary>
    public IReadOnlyList<OperationWindow> Operations
    {
        get => _operations;
        init
        {
            foreach (var window in value)
                Append(window);
        }
    }

    /// <summary>The window of one operation, begun empty when there is none yet.</summary>
    /// <param name="like">A window of the operation wanted.</param>
    public OperationWindow For(OperationWindow like)
    {
        var key = (like.Scenario, like.Operation);
        if (!_byName.TryGetValue(key, out var window))
            Append(window = like.Empty());
        return window;
    }

    /// <summary>Takes an operation's window as it is.</summary>
    /// <exception cref="ArgumentException">There is one for this operation already.</exception>
    public void Append(OperationWindow window)
    {
        _byName.Add((window.Scenario, window.Operation), window);
        _operations.Add(window);
    }

    /// <summary>Counts values of a custom metric.</summary>
    public void Count(string metric, CustomMetric values) =>
        CustomMetrics[metric] = CustomMetrics.TryGetValue(metric, out var before) ? before.And(values) : values;

    /// <summary>Takes what a probe told, later than what it told before.</summary>
    public void Hear(string probe, ProbeReading reading) =>
        Probes[probe] = Probes.TryGetValue(probe, out var before) ? before.And(reading) : reading;

    /// <summary>Adds the same second of another shard: users and requests in flight add up.</summary>
    public void AddShard(MetricWindow other)
    {
        AddCounts(other);
        Seconds = Math.Max(Seconds, other.Seconds);
        Phase ??= other.Phase;
        VirtualUsers += other.VirtualUsers;
        foreach (var operation in other.Operations)
        {
            var mine = For(operation);
            mine.InFlightBefore += operation.InFlightBefore;
            mine.Add(operation);
        }
    }

    /// <summary>Adds the next seconds of the same run: the users are the most seen, what was in flight before stays that of the first.</summary>
    public void AddSeconds(MetricWindow next)
    {
        AddCounts(next);
        Seconds += next.Seconds;
        VirtualUsers = Math.Max(VirtualUsers, next.VirtualUsers);
        foreach (var operation in next.Operations)
        {
            var known = _byName.ContainsKey((operation.Scenario, operation.Operation));
            var mine = For(operation);
            if (!known)
                mine.InFlightBefore = operation.InFlightBefore;
            mine.Add(operation);
        }
    }

    /// <summary>All requests as one operation under empty names; transactions, which are made of them, are left out.</summary>
    public OperationWindow Total()
    {
        var total = new OperationWindow { Scenario = "", Operation = "" };
        foreach (var operation in Operations.Where(o => o.Kind == OperationKind.Request))
        {
            total.InFlightBefore += operation.InFlightBefore;
            total.Add(operation);
        }

        return total;
    }

    /// <summary>The same window with all its requests as one operation (see <see cref="Total"/>): a few hundred bytes, however many operations there are.</summary>
    public MetricWindow Summary()
    {
        var summary = new MetricWindow { Sequence = Sequence, Seconds = Seconds, Phase = Phase, VirtualUsers = VirtualUsers };
        summary.AddCounts(this);
        summary.Append(Total());
        return summary;
    }

    private void AddCounts(MetricWindow other)
    {
        Iterations += other.Iterations;
        Lag.Add(other.Lag);
        Health = Health.Worse(other.Health);
        foreach (var (metric, values) in other.CustomMetrics)
            Count(metric, values);
        foreach (var (probe, reading) in other.Probes)
            Hear(probe, reading);
    }
}
