namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>Runs that the workers have no room for wait in a line, and everybody sees where they stand.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class QueueTests(RunningPlatform running)
{
    [Fact]
    public async Task A_run_that_does_not_fit_waits_its_turn_shows_its_place_and_then_runs()
    {
        // The worker has room for 20,000.
        var large = RunningPlatform.Plan(""" "duration": "3s", "max_virtual_users": 15000, "load_pattern": { "type": "constant_arrival_rate", "rate": 5 } """);
        var first = (await running.ExecuteAsync(large)).Id;
        large["name"] = $"plan {Guid.NewGuid()}";
        var second = (await running.ExecuteAsync(large)).Id;
        var small = (await running.ExecuteAsync(RunningPlatform.Plan())).Id;

        var waits = await running.UntilAsync(second, s => s.Execution.Queue is not null);
        Assert.Equal((1, "1 worker with room for 15000 virtual users; 0 of 1 have it now"), (waits.Queue!.Position, waits.Queue.WaitsFor));
        Assert.Equal(2, (await running.UntilAsync(small, _ => true)).Queue!.Position);

        Assert.Equal("completed", (await running.EndOfAsync(first)).Status);
        var (later, last) = (await running.EndOfAsync(second), await running.EndOfAsync(small));
        Assert.Equal(("completed", null, "completed"), (later.Status, later.Queue, last.Status));
        // Compiling the large one takes longer, so the small one may well begin first.
        Assert.True(await AssignedAtAsync(second) <= await AssignedAtAsync(small));
    }

    private async Task<DateTimeOffset> AssignedAtAsync(Guid id) =>
        (await running.Api.EventsAsync(id, CancellationToken.None)).Events.Single(e => e.Type == "shards_assigned").At;
}
