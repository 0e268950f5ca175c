using System.Runtime.CompilerServices;
using Loadstone.LoadEngine.Http;

namespace Loadstone.LoadEngine.Steps;

/// <summary>Steps measured as one: booked when the first begins and when the last has ended, whatever happens between.</summary>
internal sealed class GroupOperation(int index, StepSequence steps) : Operation
{
    private const string StepFailed = "step_failed";

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs)
    {
        var beganNs = user.NowNs;
        user.Stripe.Sent(index, 0, Math.Max(0, beganNs - Math.Max(dueNs, user.FreeSinceNs)));
        var outcome = await steps.RunAsync(user, dueNs);
        // Steps may all have been left out; then it ended where it began.
        var endNs = Math.Max(beganNs, outcome.EndNs);
        var (result, error) = ResultOf(user, outcome);
        user.Stripe.Ended(index, new RequestResult(result, 0, error, endNs - dueNs, endNs - beganNs, 0, 0, 0));
        return outcome;
    }

    // What the end of the run broke off is not the target's failure.
    private static (Outcome Result, string? Error) ResultOf(VirtualUser user, in StepOutcome outcome)
    {
        if (!outcome.Failed && !outcome.EndsIteration)
            return (Outcome.Ok, null);
        return user.IsOver ? (Outcome.Aborted, ErrorTypes.Aborted) : (Outcome.Failed, StepFailed);
    }
}
