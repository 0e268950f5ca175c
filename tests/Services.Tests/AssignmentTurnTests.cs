using Loadstone.Scheduler;

namespace Loadstone.Services.Tests;

/// <summary>Schedulers of several processes, over one real database.</summary>
public sealed class AssignmentTurnTests(TestDatabase test) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Whatever_number_of_schedulers_there_is_one_at_a_time_has_the_turn()
    {
        AssignmentTurn[] schedulers = [.. Enumerable.Range(0, 4).Select(_ => new AssignmentTurn(test.ConnectionString))];
        var (inside, most, turns) = (0, 0, 0);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            await using var turn = await schedulers[i % schedulers.Length].TakeAsync(CancellationToken.None);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            turns++;
            Interlocked.Decrement(ref inside);
        }));

        Assert.Equal((1, 40), (most, turns));
        foreach (var scheduler in schedulers)
            await scheduler.DisposeAsync();
    }

    [Fact]
    public async Task The_turn_of_a_scheduler_that_dies_goes_to_the_next()
    {
        await using var dying = new AssignmentTurn(test.ConnectionString);
        await using var next = new AssignmentTurn(test.ConnectionString);
        await using var held = await dying.TakeAsync(CancellationToken.None);
        var waiting = next.TakeAsync(CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        await using (var end = test.Database.Source.CreateCommand(
            """
            select count(pg_terminate_backend(pid)) from pg_locks
            where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())
            """))
            Assert.Equal(1L, await end.ExecuteScalarAsync());

        await (await waiting).DisposeAsync();
    }
}
