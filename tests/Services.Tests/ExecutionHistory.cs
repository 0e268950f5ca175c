using Loadstone.Scheduler;

namespace Loadstone.Services.Tests;

/// <summary>Lets events happen to an execution the way the store does.</summary>
internal static class ExecutionHistory
{
    public static Execution Then(this Execution x, params IEnumerable<object> events) => events.ToList().Aggregate(
        x, (before, e) => (Execution)typeof(Execution).GetMethod("Apply", [e.GetType(), typeof(Execution)])!.Invoke(null, [e, before])!);
}
