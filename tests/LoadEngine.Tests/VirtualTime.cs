using Loadstone.LoadEngine.Http;
using Loadstone.LoadEngine.Loops;
using Loadstone.LoadEngine.Steps;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

/// <summary>A pacer whose time goes on only when a test says so: what takes minutes takes no time, and comes out the same each time.</summary>
internal sealed class VirtualPacer : Pacer
{
    private long _nowNs = 1;

    public override long NowNs => _nowNs;

    /// <summary>Lets time go on to an instant, ringing each alarm at its own time on the way.</summary>
    public void AdvanceTo(long untilNs)
    {
        // The test runner's context would take what alarms wake to other threads; a pacer's thread has none.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        for (RingDue(_nowNs); NextDueNs <= untilNs; RingDue(_nowNs))
            _nowNs = Math.Max(_nowNs, NextDueNs);
        _nowNs = untilNs;
        SynchronizationContext.SetSynchronizationContext(context);
    }

    /// <summary>Lets time go by with nobody looking, as when the process is frozen.</summary>
    public void FreezeUntil(long untilNs) => _nowNs = untilNs;

    protected override void Wake()
    {
    }
}

/// <summary>A request that takes as long as the test says, without any network.</summary>
internal sealed class PretendRequest(Func<long, long> durationNs) : Operation
{
    public override async ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs)
    {
        var sentNs = user.NowNs;
        user.Stripe.Sent(0, 0, Math.Max(0, sentNs - Math.Max(dueNs, user.FreeSinceNs)));
        await user.WaitUntil(sentNs + durationNs(sentNs));
        var endNs = user.NowNs;
        user.Stripe.Ended(0, new RequestResult(Outcome.Ok, 200, null, endNs - dueNs, endNs - sentNs, 0, 0, 0));
        return new StepOutcome(endNs, Failed: false);
    }
}

/// <summary>A whole run under virtual time.</summary>
internal sealed class VirtualRun : IAsyncDisposable
{
    public const long Second = 1_000_000_000;
    public const long Ms = 1_000_000;

    private readonly VirtualPacer _pacer = new();
    private readonly LoadRun _run;
    private readonly TestPlan _plan;
    private readonly Task<RunEnd> _end;

    private VirtualRun(LoadOrder order, TimeSpan startsIn, int lanes, Func<Pacer, (Journey[] Journeys, List<OperationWindow> Operations, PlanData? Data)> compile, TakeOver? takeOver = null)
    {
        _plan = order.Plan;
        var (journeys, operations, data) = compile(_pacer);
        var parts = new RunParts(order, new Origins([], open: false), new Casting(order.Plan, journeys, order.Seed, data), data?.Slots ?? 0, data?.Feeders.Count ?? 0, lanes);
        _run = new LoadRun([.. Enumerable.Repeat(_pacer, lanes)], parts, operations);
        _end = _run.RunAsync(startsIn, Windows.Add, takeOver);
    }

    public List<MetricWindow> Windows { get; } = [];

    public LoadRun Control => _run;

    public static VirtualRun Of(
        string load, Func<long, long>? durationNs = null, ShardShare? share = null, string think = "0", TimeSpan startsIn = default, int seed = 1, int lanes = 2,
        TakeOver? takeOver = null, bool endsAtStandstill = false)
    {
        var order = OrderOf($"name: x\nscenario_config: {{ think_time: {think} }}\n{load}", share, seed) with { EndsAtStandstill = endsAtStandstill };
        var pause = new Waiting(order.Plan.ScenarioConfig.ThinkTime);
        return new VirtualRun(order, startsIn, lanes, _ => (
            [.. order.Plan.ScenarioConfig.Scenarios.Select(s => Journey.Of(s.Name, [new PretendRequest(durationNs ?? (_ => Ms)) { Think = pause, Critical = false }]))],
            [new OperationWindow { Scenario = "s", Operation = "request" }], null), takeOver);
    }

    /// <summary>A run of a plan's own journeys with requests of the test's making.</summary>
    public static VirtualRun OfPlan(string plan, Func<Pacer, MakeRequest> requests, int seed = 1)
    {
        var order = OrderOf(plan, null, seed);
        return new VirtualRun(order, TimeSpan.Zero, lanes: 1, pacer =>
        {
            var whole = order.Plan.ForBothSides();
            var data = new PlanData(whole, order.Variables, order.Share);
            var journeys = Journey.CompileAll(whole, data, null, requests(pacer), out var operations);
            return (journeys, operations, data);
        });
    }

    /// <summary>The users of a plan outside any run.</summary>
    public static IReadOnlyList<VirtualUser> UsersOf(TestPlan plan)
    {
        var order = new LoadOrder { Plan = plan, BaseUrls = [], Seed = 1 };
        var parts = new RunParts(order, new Origins([], open: false), new Casting(plan, [], 1), Slots: 0, Feeders: 0, LaneCount: 1);
        return new Lane(new VirtualPacer(), new Recorder([], 1).Stripes[0], 0, parts).Users;
    }

    /// <summary>Makes every change up to now, as a worker does when it hears of one more.</summary>
    public void Steer(params LoadChange[] changes) => _run.Steer(SteeredLoad.Of(_plan, changes));

    public void FreezeUntil(double seconds) => _pacer.FreezeUntil(1 + (long)(seconds * Second));

    public void AdvanceTo(double seconds) => _pacer.AdvanceTo(1 + (long)(seconds * Second));

    /// <summary>Lets the run come to its end and returns what it measured.</summary>
    public async Task<RunEnd> FinishAsync(double seconds)
    {
        AdvanceTo(seconds);
        // The last cut is asked for on a thread-pool thread, once every user has gone; it needs the pacer once more.
        while (!_end.IsCompleted)
        {
            await Task.Yield();
            _pacer.AdvanceTo(_pacer.NowNs);
        }

        return await _end;
    }

    public static async Task<RunEnd> WholeAsync(string load, double seconds, Func<long, long>? durationNs = null, string think = "0", int seed = 1)
    {
        await using var run = Of(load, durationNs, think: think, seed: seed);
        return await run.FinishAsync(seconds);
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    private static LoadOrder OrderOf(string plan, ShardShare? share, int seed) =>
        new() { Plan = PlanFile.Parse(plan).WithScenarios(_ => null, new DocumentErrors()), BaseUrls = [], Share = share ?? ShardShare.Whole, Seed = seed };
}
