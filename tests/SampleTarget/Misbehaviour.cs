namespace Loadstone.SampleTarget;

/// <summary>One setting of the knobs at work on the requests it concerns, numbered from 1 in the order they arrive.</summary>
internal sealed class Misbehaviour(KnobSettings settings, ulong seed)
{
    private const int ErrorStream = 1;
    private const int FirstDelayStream = 2;
    private const int SecondDelayStream = 3;

    private readonly Stall? _stall = settings.Stall is { } stall ? new Stall(stall) : null;
    private long _turns;

    public bool Concerns(PathString path) =>
        settings.Routes is null || path.Value?.StartsWith(settings.Routes, StringComparison.OrdinalIgnoreCase) == true;

    public long NextTurn() => Interlocked.Increment(ref _turns);

    public bool Drops(long turn) => settings.DropEvery > 0 && turn % settings.DropEvery == 0;

    public bool Fails(long turn) => settings.ErrorRate > 0 && Chance.Draw(seed, ErrorStream, turn) * 100 < settings.ErrorRate;

    /// <summary>Waits out the stall and the delay, and again a stall that began meanwhile: a frozen server finishes nothing.</summary>
    public async Task HoldAsync(long turn, CancellationToken aborted)
    {
        if (_stall is not null) await _stall.WaitAsync(aborted);
        if (settings.Delay is null) return;
        await Task.Delay(DelayOf(settings.Delay, turn), aborted);
        if (_stall is not null) await _stall.WaitAsync(aborted);
    }

    public void LetGo() => _stall?.End();

    private TimeSpan DelayOf(DelaySettings delay, long turn) => TimeSpan.FromMilliseconds(Math.Round(
        delay.SampleMs(Chance.Draw(seed, FirstDelayStream, turn), Chance.Draw(seed, SecondDelayStream, turn))));
}

/// <summary>A time in which every request waits; all go on together when it ends.</summary>
internal sealed class Stall
{
    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _end;
    private readonly long _from;

    public Stall(StallSettings settings)
    {
        var after = TimeSpan.FromMilliseconds(settings.AfterMs);
        _from = _clock.GetTimestamp() + (long)(after.TotalSeconds * _clock.TimestampFrequency);
        _end = _clock.CreateTimer(_ => End(), null, after + TimeSpan.FromMilliseconds(settings.ForMs), Timeout.InfiniteTimeSpan);
    }

    public Task WaitAsync(CancellationToken aborted) =>
        _ended.Task.IsCompleted || _clock.GetTimestamp() < _from ? Task.CompletedTask : _ended.Task.WaitAsync(aborted);

    public void End()
    {
        _end.Dispose();
        _ended.TrySetResult();
    }
}
