using System.Text.Json.Serialization;

namespace Loadstone.SampleTarget;

/// <summary>What PUT /knobs takes, as a whole: an absent member is off. Times are milliseconds.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record KnobSettings
{
    public DelaySettings? Delay { get; init; }
    public double ErrorRate { get; init; }
    public int DropEvery { get; init; }
    public StallSettings? Stall { get; init; }
    public string? Routes { get; init; }
    public long LeakBytesPerSecond { get; init; }

    [JsonIgnore]
    public bool SpoilsRequests => Delay is not null || ErrorRate > 0 || DropEvery > 0 || Stall is not null;

    public List<(string Member, string Reason)> Errors()
    {
        var errors = new List<(string, string)>();
        Bounds.Check(errors, "error_rate", ErrorRate, 0, 100);
        Bounds.Check(errors, "drop_every", DropEvery, 0, 1_000_000_000);
        Bounds.Check(errors, "leak_bytes_per_second", LeakBytesPerSecond, 0, 100_000_000);
        if (Routes is not (null or ['/', ..])) errors.Add(("routes", "must begin with /"));
        Delay?.Check(errors);
        Stall?.Check(errors);
        return errors;
    }
}

/// <summary>Every request that arrives while the stall lasts is held until it ends.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record StallSettings
{
    public double AfterMs { get; init; }
    public double ForMs { get; init; }

    public void Check(List<(string, string)> errors)
    {
        Bounds.Check(errors, "stall.after_ms", AfterMs, 0, 3_600_000);
        Bounds.Check(errors, "stall.for_ms", ForMs, 0, 600_000);
    }
}

/// <summary>The knobs as they stand. Turned by anyone, read by every request.</summary>
internal sealed class Knobs(ulong seed) : IDisposable
{
    private readonly Lock _turning = new();
    private readonly Leak _leak = new();
    private Misbehaviour? _misbehaviour;

    public KnobSettings Settings { get; private set; } = new();

    /// <summary>Null while requests are to be answered as they come.</summary>
    public Misbehaviour? Misbehaviour => Volatile.Read(ref _misbehaviour);

    /// <summary>Takes the place of all earlier settings; requests held by an earlier stall go on.</summary>
    public void Turn(KnobSettings settings)
    {
        lock (_turning)
        {
            Settings = settings;
            var before = Interlocked.Exchange(ref _misbehaviour, settings.SpoilsRequests ? new Misbehaviour(settings, seed) : null);
            before?.LetGo();
            _leak.Set(settings.LeakBytesPerSecond);
        }
    }

    public void Reset()
    {
        Turn(new KnobSettings());
        _leak.Release();
    }

    public void Dispose() => _leak.Dispose();
}
