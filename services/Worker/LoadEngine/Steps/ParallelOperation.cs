using System.Runtime.CompilerServices;

namespace Loadstone.LoadEngine.Steps;

/// <summary>
/// Steps at once, each on a strand of the user. All strands run on the thread that runs the user, in turns, so what they share
/// needs no locks.
/// </summary>
internal sealed class ParallelOperation(StepSequence[] branches) : Operation
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs)
    {
        var running = new Task<StepOutcome>[branches.Length];
        for (var i = 0; i < branches.Length; i++)
            running[i] = branches[i].RunAsync(user.Strand(i), dueNs).AsTask();
        var all = new StepOutcome(dueNs, Failed: false);
        foreach (var branch in running)
            all = all.Beside(await branch);
        return all;
    }
}
