using Loadstone.Scheduler;

namespace Loadstone.Services.Tests;

public sealed class ControlPlaneTests(TestDatabase test) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Runs_that_ask_for_all_room_at_once_come_to_their_end_and_give_it_back()
    {
        await using var plane = await ControlPlane.StartAsync(test.ConnectionString, workers: 10);

        var (_, first) = await plane.RunAsync(executions: 10, shards: 2);
        var (_, again) = await plane.RunAsync(executions: 10, shards: 10);

        Assert.Equal((10, 10), (first.Count, again.Count));
        Assert.All([.. first, .. again], status => Assert.Equal(ExecutionStatus.Completed, status));
    }
}
