using Loadstone.Scheduler;
using Npgsql;

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

    [Fact]
    public async Task Those_that_go_on_are_found_without_reading_those_that_are_over()
    {
        await using var plane = await ControlPlane.StartAsync(test.ConnectionString, workers: 1);
        await using var source = NpgsqlDataSource.Create(test.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var explain = new NpgsqlCommand($"set enable_seqscan = off; explain select d.data from scheduler.mt_doc_execution d {Executions.AreActive}", connection);
        await using var reader = await explain.ExecuteReaderAsync();
        var steps = new List<string>();
        while (await reader.ReadAsync())
            steps.Add(reader.GetString(0));

        Assert.Contains(steps, step => step.Contains("mt_doc_execution_idx_ended_at", StringComparison.Ordinal));
    }
}
