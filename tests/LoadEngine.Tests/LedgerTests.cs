namespace Loadstone.LoadEngine.Tests;

/// <summary>Nothing planned or sent ever gets lost between two seconds.</summary>
public sealed class LedgerTests
{
    [Theory]
    [InlineData("duration: 20s\nmax_virtual_users: 30\nload_pattern: { type: linear, ramp_up: 5s, ramp_down: 5s }")]
    [InlineData("duration: 20s\nmax_virtual_users: 30\nload_pattern: { type: constant_arrival_rate, rate: 40 }")]
    [InlineData("duration: 20s\nmax_virtual_users: 10\nmax_start_delay: 1s\nload_pattern: { type: constant_arrival_rate, rate: 40, poisson: true }")]
    [InlineData("duration: 20s\nmax_virtual_users: 30\nload_pattern: { type: shared_iterations, iterations: 500 }")]
    public async Task The_ledger_balances_each_second_and_at_the_end(string load)
    {
        var random = new Random(5);
        await using var run = VirtualRun.Of(load, _ => random.NextInt64(3 * VirtualRun.Second));
        var end = await run.FinishAsync(40);

        Assert.True(end.Total.Total().Sent > 0);
        Ledger.AssertBalanced(end, run.Windows);
    }
}
