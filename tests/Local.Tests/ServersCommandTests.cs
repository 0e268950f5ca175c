namespace Loadstone.Local.Tests;

/// <summary>The `servers` verb, as a process of its own.</summary>
public sealed class ServersCommandTests
{
    private const int TimeoutMs = 120_000;
    private static readonly TimeSpan LastBreath = TimeSpan.FromSeconds(10);

    [Fact(Timeout = TimeoutMs)]
    public async Task A_killed_owner_leaves_no_process_behind()
    {
        using var clone = new TemporaryClone();
        await using var program = await LocalProgram.StartAsync(clone);
        using var descendants = Processes.Watch(Processes.DescendantsOf(program.Id));

        await program.KillAsync();

        Assert.True(descendants.Count >= 4, "both servers have children of their own");
        Assert.True(await descendants.AllEndAsync(LastBreath));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task After_a_kill_the_next_start_finds_the_same_data()
    {
        using var clone = new TemporaryClone();
        await using (var first = await LocalProgram.StartAsync(clone))
            await Traffic.DeclareAsync(first.RabbitMq);
        await using (var killed = await LocalProgram.StartAsync(clone))
        {
            await Traffic.QueryAsync(killed.Postgres, "create table kept as select 42 as answer");
            await Traffic.PublishAsync(killed.RabbitMq, "kept");
            await killed.KillAsync();
        }

        await using var next = await LocalProgram.StartAsync(clone);

        Assert.Equal(42, await Traffic.QueryAsync(next.Postgres, "select answer from kept"));
        Assert.Equal("kept", await Traffic.ReceiveAsync(next.RabbitMq));
    }

    // RabbitMQ 3.10 may forget such a queue and what is in it, for neither is on disk at once; but no queue may hang.

    [Fact(Timeout = TimeoutMs)]
    public async Task A_quorum_queue_declared_just_before_a_kill_works_after_it()
    {
        using var clone = new TemporaryClone();
        await using (var killed = await LocalProgram.StartAsync(clone))
        {
            await Traffic.DeclareAsync(killed.RabbitMq);
            await killed.KillAsync();
        }

        await using var next = await LocalProgram.StartAsync(clone);

        await Traffic.DeclareAsync(next.RabbitMq);
        await Traffic.PublishAsync(next.RabbitMq, "after");
        Assert.Equal("after", await Traffic.ReceiveAsync(next.RabbitMq));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task SIGTERM_ends_everything_in_good_order()
    {
        using var clone = new TemporaryClone();
        await using var program = await LocalProgram.StartAsync(clone);
        using var descendants = Processes.Watch(Processes.DescendantsOf(program.Id));

        program.Terminate();

        Assert.Equal(0, await program.Exited);
        Assert.True(await descendants.AllEndAsync(TimeSpan.Zero));
        Assert.Contains("database system is shut down", Log(clone, "postgres"), StringComparison.Ordinal);
        Assert.Contains("SIGTERM received - shutting down", Log(clone, "rabbitmq"), StringComparison.Ordinal);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Servers_named_by_the_environment_are_used_and_none_is_started()
    {
        using var clone = new TemporaryClone();

        await using var program = await LocalProgram.StartAsync(
            clone, "Host=elsewhere;Password=secret", "amqp://u:secret@elsewhere/");

        Assert.Empty(Processes.DescendantsOf(program.Id));
        Assert.Equal("Host=elsewhere;Password=secret", program.Postgres);
        Assert.Equal("amqp://u:secret@elsewhere/", program.RabbitMq);
        Assert.DoesNotContain("secret", program.Output, StringComparison.Ordinal);
    }

    private static string Log(TemporaryClone clone, string server) =>
        File.ReadAllText(Path.Combine(clone.Path, ".loadstone", "test", "logs", $"{server}.log"));
}
