namespace Loadstone.LoadEngine.Steps;

/// <summary>One list of steps or another, as it is decided each time.</summary>
internal sealed class ConditionalOperation(Func<VirtualUser, bool> decides, StepSequence then, StepSequence otherwise) : Operation
{
    public override ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs) => (decides(user) ? then : otherwise).RunAsync(user, dueNs);
}
