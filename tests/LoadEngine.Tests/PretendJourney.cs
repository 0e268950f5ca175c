using Loadstone.LoadEngine.Loops;
using Loadstone.LoadEngine.Steps;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

/// <summary>What one step of one user did, in ms from the start.</summary>
internal readonly record struct Done(string Step, int User, long Iteration, long FromMs, long ToMs)
{
    public override string ToString() => $"{Step} {FromMs}-{ToMs}";
}

/// <summary>
/// A journey under virtual time. Its requests take as long as their paths say, such as <c>/100ms</c>, and those to <c>/fail</c> fail
/// at once. Like real ones they go on when the run is over.
/// </summary>
internal static class PretendJourney
{
    public static VirtualRun Of(string steps, List<Done> done, string load = "load_pattern: { type: per_user_iterations, iterations: 1 }", int users = 1, string think = "0", int seed = 1) =>
        VirtualRun.OfPlan($$"""
            name: x
            duration: 100s
            max_virtual_users: {{users}}
            {{load}}
            scenario_config:
              think_time: {{think}}
              scenarios:
                - name: s
                  user_journey:
                    {{steps.ReplaceLineEndings("\n        ")}}
            """, Requests(done), seed);

    /// <summary>Requests that say what they did.</summary>
    public static Func<Pacer, MakeRequest> Requests(List<Done> done) =>
        pacer => (step, index, _, pause) => new PretendStep(step, index, done, pacer) { Think = pause, Critical = step.Critical };

    /// <summary>Runs the steps for one user to their end and says what it did, in the order it ended.</summary>
    public static async Task<(string Done, RunEnd End)> WholeAsync(string steps, string think = "0", double seconds = 100, string load = "load_pattern: { type: per_user_iterations, iterations: 1 }")
    {
        var done = new List<Done>();
        await using var run = Of(steps, done, load, think: think);
        var end = await run.FinishAsync(seconds);
        return (string.Join(", ", done), end);
    }

    private sealed class PretendStep(HttpStep step, int index, List<Done> done, Pacer pacer) : Operation
    {
        public override async ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs)
        {
            var (fromNs, iteration) = (user.NowNs, user.Iteration);
            user.Stripe.Sent(index, 0, Math.Max(0, fromNs - Math.Max(dueNs, user.FreeSinceNs)));
            var fails = step.Path == "/fail";
            if (!fails && DurationText.TryParse(step.Path[1..], out var duration))
                await Bell.AfterAsync(pacer, duration.Ticks * 100);
            var endNs = user.NowNs;
            done.Add(new Done(step.Name, user.Number, iteration, fromNs / VirtualRun.Ms, endNs / VirtualRun.Ms));
            user.Stripe.Ended(index, new RequestResult(fails ? Outcome.Failed : Outcome.Ok, 200, fails ? "status_500" : null, endNs - dueNs, endNs - fromNs, 0, 0, 0));
            return new StepOutcome(endNs, fails);
        }
    }

    private sealed class Bell : IAlarm
    {
        private readonly TaskCompletionSource _rung = new();

        public static Task AfterAsync(Pacer pacer, long ns)
        {
            var bell = new Bell();
            pacer.Set(pacer.NowNs + ns, bell);
            return bell._rung.Task;
        }

        public void Ring(long nowNs, int ticket) => _rung.SetResult();
    }
}
