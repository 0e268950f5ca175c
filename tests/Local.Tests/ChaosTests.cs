using Loadstone.Client;
using Loadstone.Local.Chaos;
using Loadstone.Plans;

namespace Loadstone.Local.Tests;

/// <summary>`chaos` in short: the broker, the database and a worker are struck in mid-run, and not a request is lost (requirements R15.1, R17.4).</summary>
public sealed class ChaosTests
{
    private static readonly string[] All = ["rabbitmq", "worker", "scheduler"];

    [Fact]
    public async Task Runs_whose_broker_database_or_worker_is_struck_end_with_every_request_accounted_for()
    {
        await using var chaos = ChildProcess.Start(new ChildCommand(
            "dotnet", typeof(LocalServers).Assembly.Location, "chaos", "--rounds", "3", "--seed", "4", "--only", "rabbitmq", "--only", "postgres", "--only", "worker",
            "--clone", StateFolder.FindClone())
        {
            // Servers of its own, which it may kill.
            Environment = new Dictionary<string, string> { [LocalServers.PostgresVariable] = "", [LocalServers.RabbitMqVariable] = "", ["DOTNET_EnableDiagnostics"] = "0" },
        });

        var code = await chaos.ExitedWithinAsync(TimeSpan.FromMinutes(5), CancellationToken.None);

        Assert.True(code == 0, chaos.LogTail);
        Assert.Contains("3 of 3 rounds held", chaos.LogTail);
    }

    [Fact]
    public void The_same_seed_strikes_the_same_and_every_victim_comes_to_be_struck_in_every_way()
    {
        var blows = Enumerable.Range(1, 6).Select(round => Blow.Of(7, round, All)).ToList();

        Assert.Equal(blows, Enumerable.Range(1, 6).Select(round => Blow.Of(7, round, All)));
        Assert.NotEqual(blows, Enumerable.Range(1, 6).Select(round => Blow.Of(8, round, All)));
        Assert.Equal(6, blows.Select(b => (b.Victim, b.Kind)).Distinct().Count());
        Assert.All(blows, b => Assert.InRange(b.AtSecond, 0.5, Blow.RunSeconds - 0.5));
    }

    [Theory]
    [InlineData("rabbitmq", "completed", 1000, 1000, 0, null)]
    [InlineData("rabbitmq", "completed", 1001, 1000, 0, "the target counted 1001 requests, reported are 1000")]
    [InlineData("rabbitmq", "completed", 999, 1000, 0, "the target counted 999 requests, reported are 1000")]
    [InlineData("rabbitmq", "completed", 1000, 1000, 5, "5 requests are called unknown")]
    [InlineData("worker", "completed", 1010, 1000, 10, null)]
    [InlineData("worker", "completed", 1011, 1000, 10, "the target counted 1011 requests, reported are 1000")]
    [InlineData("worker", "completed", 999, 1000, 10, "the target counted 999 requests, reported are 1000")]
    [InlineData("worker", "completed", 1201, 1200, 10, "the target counted 1201 requests, the plan had 1200")]
    [InlineData("rabbitmq", "running", 1000, 1000, 0, "the run hangs in running")]
    [InlineData("rabbitmq", "failed", 1000, 1000, 0, "the run ended as failed: ")]
    public void A_round_holds_only_when_it_ended_and_every_request_is_accounted_for(
        string victim, string status, long target, long reported, long unknown, string? fault)
    {
        var execution = new ExecutionView { Status = status, TotalRequests = reported, UnknownRequestsMax = unknown, Verdict = VerdictOutcome.Passed };
        var round = new Round(new Blow(1, victim, BlowKind.Kill, 5, 1, Open: true), execution, target, PlannedRequests: 1200, Dead: [], FailedMessages: 0, TookSeconds: 15);

        Assert.Equal(fault is null ? [] : [fault], round.Faults());
    }

    [Fact]
    public void A_round_in_which_something_else_died_or_a_message_could_not_be_handled_does_not_hold()
    {
        var execution = new ExecutionView { Status = "completed", TotalRequests = 5, UnknownRequestsMax = 0 };
        var round = new Round(new Blow(1, "gateway", BlowKind.Freeze, 5, 1, Open: false), execution, 5, null, ["analysis"], FailedMessages: 2, TookSeconds: 15);

        Assert.Equal(["there is no verdict", "analysis died, and was not struck", "2 messages could not be handled"], round.Faults());
    }
}
