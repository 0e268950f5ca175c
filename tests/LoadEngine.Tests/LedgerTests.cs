namespace Loadstone.LoadEngine.Tests;

/// <summary>Nothing planned or sent ever gets lost between two seconds.</summary>
public sealed class LedgerTests
{
    public static TheoryData<string, int> LoadsAndLanes()
    {
        string[] loads =
        [
            "duration: 20s\nmax_virtual_users: 30\nload_pattern: { type: linear, ramp_up: 5s, ramp_down: 5s }",
            "duration: 20s\nmax_virtual_users: 30\nload_pattern: { type: constant_arrival_rate, rate: 40 }",
            "duration: 20s\nmax_virtual_users: 10\nmax_start_delay: 1s\nload_pattern: { type: constant_arrival_rate, rate: 40, poisson: true }",
            "duration: 20s\nmax_virtual_users: 30\nload_pattern: { type: shared_iterations, iterations: 500 }",
        ];
        var all = new TheoryData<string, int>();
        foreach (var load in loads)
        {
            foreach (var lanes in new[] { 1, 2, 5 })
                all.Add(load, lanes);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(LoadsAndLanes))]
    public async Task The_ledger_balances_each_second_and_at_the_end(string load, int lanes)
    {
        var random = new Random(5);
        await using var run = VirtualRun.Of(load, _ => random.NextInt64(3 * VirtualRun.Second), lanes: lanes);
        var end = await run.FinishAsync(40);

        Assert.True(end.Total.Total().Sent > 0);
        Ledger.AssertBalanced(end, run.Windows);
    }
}
