using Loadstone.LoadEngine.Http;
using Loadstone.LoadEngine.Loops;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

// How the engine works, and what holds everywhere in this folder:
//
// - The run is cut into lanes, one for each core. A lane is one thread, its event loop, which owns everything of its users:
//   arrivals, think times, sockets, time-outs, counters, the cut of each second. What it wakes runs right there until its next
//   wait, so a request never waits for a thread, and nothing on a loop may block.
// - A virtual user is one asynchronous loop in its lane. Lanes touch one another in two places only: arrivals that find nobody
//   free (WaitingRoom), and iterations that all users share (LimitedWork).
// - After warm-up the engine allocates nothing for a request: buffers are rented from send to finish, waits and awaits are
//   reused. What a plan asks for beyond that (extracted texts, cookies, decoded bodies) may allocate.
// - Nothing is sent twice behind the user's back, and everything that was sent is counted with its outcome.

/// <summary>How a run ended.</summary>
/// <param name="Total">Everything measured, as one window.</param>
/// <param name="LastSequence">The sequence of the last window handed on.</param>
/// <param name="Cancelled">True when it was stopped before its time.</param>
/// <param name="Fault">What went wrong inside the engine; the result is then not to be used. Null in a sound run.</param>
/// <param name="StoodStill">For how long it had stood still when it ended because of that; null when it did not.</param>
public sealed record RunEnd(MetricWindow Total, int LastSequence, bool Cancelled, Exception? Fault, TimeSpan? StoodStill = null);

/// <summary>A share that another engine made up to some second: it is taken up there, and what was due before is not ours to do or to count.</summary>
/// <param name="FirstSecond">The first second of ours, counted from the common start; a whole one, so that the windows of both make one series.</param>
/// <param name="PausedFor">For how long of the time before the schedule stood still.</param>
public sealed record TakeOver(int FirstSecond, TimeSpan PausedFor);

/// <summary>One run of the engine: prepared, started at an instant, paused, resumed, stopped, and measured each second.</summary>
public sealed class LoadRun : IAsyncDisposable
{
    private const int MostLanes = 16;

    // A fifth of what one lane sends when it never waits.
    private const double RequestsPerSecondOfALane = 20_000;

    private readonly LaneRun[] _lanes;
    private readonly SecondHand _seconds;
    private readonly Casting _casting;

    internal LoadRun(IReadOnlyList<Pacer> pacers, RunParts parts, IReadOnlyList<OperationWindow> operations)
    {
        var recorder = new Recorder(operations, pacers.Count);
        _seconds = new SecondHand(recorder) { Phases = parts.Order.Plan.Phases ?? [] };
        _casting = parts.Casting;
        _lanes = [.. pacers.Select((pacer, i) =>
            new LaneRun(new Lane(pacer, recorder.Stripes[i], i, parts), _seconds.Cuts, () => End(cancelled: false), Stop))];
        foreach (var lane in _lanes)
            lane.Lane.Pacer.Post(lane.KeepTime);
    }

    /// <summary>Compiles a plan and opens the connections its first users will need.</summary>
    /// <exception cref="PlanNotRunnableException">The plan cannot be run: data are missing, or the target cannot be reached.</exception>
    public static async Task<LoadRun> PrepareAsync(LoadOrder order, CancellationToken cancellation)
    {
        var origins = new Origins(order.BaseUrls, order.AnyOrigin, order.Plan.ScenarioConfig.Http, order.Policy);
        await origins.JudgeAsync(cancellation);
        var laneCount = LanesFor(order, Environment.ProcessorCount);
        var parts = Compile(order, origins, laneCount, out var operations);
        var run = new LoadRun([.. Enumerable.Range(0, laneCount).Select(i => new EventLoop($"load lane {i}", HasDueTimes(order.Plan)))], parts, operations);
        try
        {
            await Connecting.OpenAsync([.. run._lanes.Select(l => l.Lane)], origins, cancellation);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the load from an instant to its end and hands on every second.</summary>
    /// <param name="startsIn">How long until the common start; negative when it is past, and we join late.</param>
    /// <param name="onWindow">Called once for each second, in order, on one task at a time. It may take its time.</param>
    /// <param name="takeOver">Where to take the share up; null for all of it.</param>
    public async Task<RunEnd> RunAsync(TimeSpan startsIn, Action<MetricWindow> onWindow, TakeOver? takeOver = null)
    {
        var startNs = NowNs + (startsIn.Ticks * 100);
        _lanes[0].Lane.Run.Ceiling?.Begin(startNs);
        OnEach((lane, _) => lane.Start(startNs, takeOver));
        _seconds.Begin(takeOver);
        var last = -1;
        var reporting = _seconds.ReportAsync(window =>
        {
            last = window.Sequence;
            onWindow(window);
        });
        await Task.WhenAll(_lanes.Select(l => l.Ended));
        var fault = await FaultOf(Task.WhenAll(_lanes.Select(l => l.WhenAllGone())));
        OnEach((lane, nowNs) => lane.Finish(nowNs));
        await reporting;
        fault ??= _lanes.Select(l => (l.Lane.Pacer as EventLoop)?.Fault).FirstOrDefault(f => f is not null);
        return new RunEnd(_seconds.Total, last, _lanes.Any(l => l.IsCancelled), fault, _lanes.Max(l => l.StoodStill));
    }

    /// <summary>Ends the load now. Requests on their way have 10 s to finish. From any thread.</summary>
    public void Stop() => End(cancelled: true);

    /// <summary>Holds the schedule, and users between iterations. From any thread; twice is once.</summary>
    public void Pause()
    {
        var nowNs = NowNs;
        OnEach((lane, _) => lane.Pause(nowNs));
    }

    /// <summary>Goes on after a pause. From any thread.</summary>
    public void Resume()
    {
        var nowNs = NowNs;
        OnEach((lane, _) => lane.Resume(nowNs));
    }

    /// <summary>
    /// Goes on by another load. Up to the instant of the change it must be what the present one is; when that instant is still to
    /// come, all shards make the change together, and every arrival of the changed load once. From any thread.
    /// </summary>
    public void Steer(SteeredLoad load)
    {
        _casting.Follow(load.Phases);
        _seconds.Phases = load.Phases;
        OnEach((lane, nowNs) => lane.Steer(load.Shape, nowNs));
    }

    /// <summary>Ends the load if need be, and lets go of threads and sockets.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await Task.WhenAll(_lanes.Select(l => l.Ended)).WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        OnEach((lane, _) =>
        {
            lane.Close();
            (lane.Lane.Pacer as IDisposable)?.Dispose();
        });
    }

    /// <summary>
    /// How many lanes a load is worth. Each lane that waits for due times wakes the machine for itself, and takes turns with a
    /// target on it: arrivals that one lane manages easily are more punctual, and take less CPU, in one lane than in two.
    /// </summary>
    internal static int LanesFor(LoadOrder order, int cores)
    {
        var plan = order.Plan;
        var users = Math.Min(order.Share.CountOf(plan.MaxVirtualUsers), plan.ScenarioConfig.Http?.MaxConnections ?? int.MaxValue);
        var needed = plan.Shape.Unit == LoadUnit.Users ? MostLanes
            : plan.Shape.Peak * order.Share.Width / order.Share.Of * LongestJourney(plan) / RequestsPerSecondOfALane;
        return (int)Math.Clamp(Math.Min(users, Math.Ceiling(needed)), 1, Math.Min(cores, MostLanes));
    }

    // In requests; steps that are more than one request may be any number of them.
    private static double LongestJourney(TestPlan plan) => plan.ScenarioConfig.Scenarios
        .Select(s => s.Journey.All(step => step is HttpStep or WaitStep) ? s.Journey.Count : double.PositiveInfinity).DefaultIfEmpty(1).Max();

    private static bool HasDueTimes(TestPlan plan) =>
        plan.Shape.Unit == LoadUnit.ArrivalsPerSecond || plan.ScenarioConfig.ThinkTime.Mean > TimeSpan.Zero || plan.ScenarioConfig.ThinkTime.Max > TimeSpan.Zero;

    private long NowNs => _lanes[0].Lane.NowNs;

    private static RunParts Compile(LoadOrder order, Origins origins, int laneCount, out List<OperationWindow> operations)
    {
        var plan = order.Plan.ForBothSides();
        var data = new PlanData(plan, order.Variables, order.Share);
        var journeys = Journey.CompileAll(plan, data, origins, out operations);
        return new RunParts(order, origins, new Casting(order.Plan, journeys, order.Seed, data), data.Slots, data.Feeders.Count, laneCount);
    }

    private void End(bool cancelled)
    {
        var nowNs = NowNs;
        OnEach((lane, _) => lane.End(nowNs, cancelled));
    }

    private void OnEach(Action<LaneRun, long> act)
    {
        foreach (var lane in _lanes)
            lane.Lane.Pacer.Post(nowNs => act(lane, nowNs));
    }

    private static async Task<Exception?> FaultOf(Task lives)
    {
        await lives.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return lives.Exception?.InnerException;
    }
}
