using System.Runtime.CompilerServices;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Steps;

/// <summary>Steps over and over: a number of times, or while something holds.</summary>
internal sealed class RepeatOperation(CountRange times, Func<VirtualUser, bool>? goesOn, StepSequence steps) : Operation
{
    private const int OthersTurnEvery = 100;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs)
    {
        var all = new StepOutcome(dueNs, Failed: false);
        var most = times.Min == times.Max ? times.Max : user.Random.Between(times.Min, times.Max);
        for (var round = 1; round <= most && !all.EndsIteration && goesOn?.Invoke(user) != false; round++)
        {
            all = all.Then(await steps.RunAsync(user, all.NextDueNs));
            // Rounds in which nothing is waited for would keep the thread from everyone else.
            if (round % OthersTurnEvery == 0)
                await user.WaitUntil(user.NowNs + 1);
        }

        return all;
    }
}
