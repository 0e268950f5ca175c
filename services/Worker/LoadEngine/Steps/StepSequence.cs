using System.Runtime.CompilerServices;

namespace Loadstone.LoadEngine.Steps;

/// <summary>Steps one after the other: those of a whole journey, or those another step holds. Shared by all users.</summary>
internal sealed class StepSequence(params Operation[] operations)
{
    /// <summary>Does the steps for one user, until the last, a critical one that fails, or the end of the run.</summary>
    /// <param name="user">The user.</param>
    /// <param name="dueNs">When the first step is due; each later one is after the pause behind the one before it.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs)
    {
        var all = new StepOutcome(dueNs, Failed: false);
        foreach (var operation in operations)
        {
            await user.WaitUntil(all.NextDueNs);
            if (user.IsOver)
                return all with { EndsIteration = true };
            all = all.Then(WithPause(await operation.RunAsync(user, all.NextDueNs), operation, user));
            if (all.EndsIteration)
                return all;
        }

        return all;
    }

    private static StepOutcome WithPause(in StepOutcome outcome, Operation step, VirtualUser user) => outcome with
    {
        RestNs = outcome.RestNs + step.Think.NextNs(user),
        EndsIteration = outcome.EndsIteration || (outcome.Failed && step.Critical),
    };
}
