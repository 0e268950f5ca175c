using Loadstone.LoadEngine.Http;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine;

// How the engine works, and what holds everywhere in this folder:
//
// - One thread, the pacer, owns time: arrivals, think times, users coming and going, the cut of each second, time-outs. What
//   it wakes runs right there until its next wait; nothing in an alarm may block.
// - A virtual user is one asynchronous loop. It goes on where its socket completes (the worker runs with inline completions)
//   or where the pacer rings, so a request never waits for a thread. A user is never on two threads at once.
// - Users record into stripes under a lock held for nanoseconds; see Recorder for why no count is ever in two seconds.
// - After warm-up the engine allocates nothing for a request: buffers are rented from send to finish, waits and awaits are
//   reused. What a plan asks for beyond that (extracted texts, cookies, decoded bodies) may allocate.
// - Nothing is sent twice behind the user's back, and everything that was sent is counted with its outcome.

/// <summary>How a run ended.</summary>
/// <param name="Total">Everything measured, as one window.</param>
/// <param name="LastSequence">The sequence of the last window handed on.</param>
/// <param name="Cancelled">True when it was stopped before its time.</param>
/// <param name="Fault">What went wrong inside the engine; the result is then not to be used. Null in a sound run.</param>
public sealed record RunEnd(MetricWindow Total, int LastSequence, bool Cancelled, Exception? Fault);

/// <summary>One run of the engine: prepared, started at an instant, paused, resumed, stopped, and measured each second.</summary>
public sealed class LoadRun : IAsyncDisposable
{
    private const long DrainNs = 10_000_000_000;
    private const long DeadlineCheckNs = 20_000_000;

    private readonly Pacer _pacer;
    private readonly RunParts _parts;
    private readonly LoadDriver _driver;
    private readonly SecondHand _seconds;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The pacer's only.
    private long _loadLeftNs;
    private long _loadSinceNs;
    private int _endTicket;
    private bool _paused;
    private bool _cancelled;

    internal LoadRun(LoadOrder order, Pacer pacer, Func<LoadOrder, (Journey[] Journeys, List<OperationWindow> Operations, int Slots, int Feeders)> compile)
    {
        _pacer = pacer;
        var (journeys, operations, slots, feeders) = compile(order);
        var recorder = new Recorder(operations);
        var users = Enumerable.Range(0, (int)order.Share.CountOf(order.Plan.MaxVirtualUsers)).Select(i =>
            new VirtualUser((i * order.Share.Of) + order.Share.Index, order.Seed, pacer, recorder.StripeOf(i), slots, feeders)).ToArray();
        _parts = new RunParts(pacer, recorder, users, journeys, new Mix(order.Plan.ScenarioConfig, order.Seed), order);
        var shape = order.Plan.Shape;
        _driver = shape.Unit == Plans.LoadUnit.Users
            ? new ClosedLoad(_parts) { WhenWorkIsDone = () => OnPacer(nowNs => End(nowNs, cancelled: false)) }
            : new OpenLoad(_parts);
        _seconds = new SecondHand(_parts, _driver);
        _loadLeftNs = shape.Duration.Ticks * 100;
    }

    /// <summary>Compiles a plan and opens the connections its first users will need.</summary>
    /// <exception cref="PlanNotRunnableException">The plan cannot be run: data are missing, or the target cannot be reached.</exception>
    public static async Task<LoadRun> PrepareAsync(LoadOrder order, CancellationToken cancellation)
    {
        var origins = new Origins(order.BaseUrls, order.AnyOrigin);
        var pacer = new ThreadPacer("load pacer");
        try
        {
            var run = new LoadRun(order, pacer, o => Compile(o, origins));
            await new Connecting(run._parts, origins).OpenAsync(cancellation);
            return run;
        }
        catch
        {
            pacer.Dispose();
            throw;
        }
    }

    /// <summary>Runs the load from an instant to its end and hands on every second.</summary>
    /// <param name="startsIn">How long until the common start; negative when it is past, and we join late.</param>
    /// <param name="onWindow">Called once for each second, in order, on one task at a time. It may take its time.</param>
    public async Task<RunEnd> RunAsync(TimeSpan startsIn, Action<MetricWindow> onWindow)
    {
        var startNs = _pacer.NowNs + (startsIn.Ticks * 100);
        OnPacer(_ => Start(startNs));
        var last = -1;
        var reporting = _seconds.ReportAsync(window =>
        {
            last = window.Sequence;
            onWindow(window);
        });
        await _ended.Task;
        var fault = await FaultOf(_driver.WhenAllGone());
        OnPacer(_seconds.Finish);
        await reporting;
        return new RunEnd(_seconds.Total, last, _cancelled, fault ?? (_pacer as ThreadPacer)?.Fault);
    }

    /// <summary>Ends the load now. Requests on their way have 10 s to finish. From any thread.</summary>
    public void Stop() => OnPacer(nowNs => End(nowNs, cancelled: true));

    /// <summary>Holds the schedule, and users between iterations. From any thread; twice is once.</summary>
    public void Pause() => OnPacer(nowNs =>
    {
        if (_paused || _driver.IsOver)
            return;
        _paused = true;
        _driver.Pause(nowNs);
        _seconds.LoadRests(nowNs);
        _loadLeftNs -= nowNs - _loadSinceNs;
        _endTicket++;
    });

    /// <summary>Goes on after a pause. From any thread.</summary>
    public void Resume() => OnPacer(nowNs =>
    {
        if (!_paused || _driver.IsOver)
            return;
        _paused = false;
        _seconds.LoadGoesOn(nowNs);
        SetEnd(nowNs);
        _driver.Resume(nowNs);
    });

    /// <summary>Ends the load if need be, and lets go of thread and sockets.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await _ended.Task.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var user in _parts.Users)
            user.GiveUp(0, always: true);
        (_pacer as IDisposable)?.Dispose();
    }

    private static (Journey[] Journeys, List<OperationWindow> Operations, int Slots, int Feeders) Compile(LoadOrder order, Origins origins)
    {
        var data = new PlanData(order.Plan, order.Variables, order.Share);
        var journeys = Journey.CompileAll(order.Plan, data, origins, out var operations);
        return (journeys, operations, data.Slots, data.Feeders.Count);
    }

    private void Start(long startNs)
    {
        if (_driver.IsOver)
            return;
        _seconds.Start(startNs);
        SetEnd(startNs);
        _driver.Start(startNs);
        _pacer.Set(startNs, new Repeating(_pacer, DeadlineCheckNs, CheckDeadlines));
    }

    private void SetEnd(long loadSinceNs)
    {
        _loadSinceNs = loadSinceNs;
        var (ticket, endNs) = (++_endTicket, loadSinceNs + _loadLeftNs);
        _pacer.Set(endNs, new Once(_ =>
        {
            if (ticket == _endTicket)
                End(endNs, cancelled: false);
        }));
    }

    private void End(long loadEndNs, bool cancelled)
    {
        if (_driver.IsOver)
            return;
        _cancelled = cancelled;
        _seconds.LoadRests(loadEndNs);
        _driver.End(cancelled);
        _pacer.Set(_pacer.NowNs + DrainNs, new Once(GiveUpAll));
        _ended.TrySetResult();
    }

    private void GiveUpAll(long nowNs)
    {
        foreach (var user in _parts.Users)
            user.GiveUp(nowNs, always: true);
    }

    private bool CheckDeadlines(long nowNs)
    {
        foreach (var user in _parts.Users)
            user.GiveUp(nowNs, always: false);
        return true;
    }

    private void OnPacer(Action<long> act) => _pacer.Set(long.MinValue, new Once(act));

    private static async Task<Exception?> FaultOf(Task lives)
    {
        await lives.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return lives.Exception?.InnerException;
    }

    private sealed class Once(Action<long> act) : IAlarm
    {
        public void Ring(long nowNs, int ticket) => act(nowNs);
    }

    private sealed class Repeating(Pacer pacer, long everyNs, Func<long, bool> act) : IAlarm
    {
        public void Ring(long nowNs, int ticket)
        {
            if (act(nowNs))
                pacer.Set(nowNs + everyNs, this);
        }
    }
}
