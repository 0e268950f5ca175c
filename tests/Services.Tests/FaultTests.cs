using System.Text;
using Loadstone.Alerting.Errors;
using Loadstone.Local;
using RabbitMQ.Client;

namespace Loadstone.Services.Tests;

/// <summary>What is read out of an error queue, and what of it people may see.</summary>
public sealed class FaultTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("it broke", "it broke")]
    [InlineData("first line\n   at Some.Method() in /src/File.cs:line 3", "first line")]
    [InlineData("cannot reach amqp://guest:guest@rabbit:5672/x", "cannot reach amqp://…@rabbit:5672/x")]
    [InlineData("Host=db;Username=me;Password=hunter2;Database=x", "Host=db;Username=me;Password=…;Database=x")]
    [InlineData("""{"apiKey": "s3cr3t", "a": 1}""", """{"apiKey": …, "a": 1}""")]
    [InlineData("Authorization: Bearer lsk_123 was refused", "Authorization: … was refused")]
    [InlineData(null, "no reason is known")]
    public void A_reason_is_one_line_without_secrets(string? message, string shown) => Assert.Equal(shown, Fault.Presentable(message));

    [Fact]
    public void The_same_failure_has_the_same_id_and_another_failure_of_the_same_message_another()
    {
        var (first, again) = (Read("2030-01-01T11:59:59.1234567Z"), Read("2030-01-01T11:59:59.1234567Z"));

        Assert.Equal(first.Id, again.Id);
        Assert.NotEqual(first.Id, Read("2030-01-01T11:59:59.1234568Z").Id);
        Assert.Equal(("ShardFinished", "PostgresException", 7), (first.MessageType, first.ErrorType, first.Attempts));
        Assert.Equal("kept", Assert.Single(first.Envelope!.Headers).Value);
    }

    [Fact]
    public void A_message_that_is_nothing_at_all_can_be_listed()
    {
        var failure = Fault.Read("ingestion", isSkipped: false, new BasicProperties(), [0, 1, 2], Now);

        Assert.Equal((null, "Unknown", "no reason is known", 1, Now), (failure.MessageType, failure.ErrorType, failure.Reason, failure.Attempts, failure.FailedAt));
    }

    [Fact]
    public void Every_queue_that_instances_share_is_looked_after()
    {
        var shared = Directory.GetFiles(Path.Combine(StateFolder.FindClone(), "services"), "Program.cs", SearchOption.AllDirectories)
            .SelectMany(f => File.ReadAllText(f).Split([".Shared(\"", ".OneAtATime(\""], StringSplitOptions.None).Skip(1)).Select(rest => rest.Split('"')[0]);

        Assert.Equal(ErrorQueues.Queues.Order(), shared.Order());
    }

    private static MessageFailed Read(string at) => Fault.Read("ingestion", isSkipped: false, new BasicProperties
    {
        MessageId = "m",
        Headers = new Dictionary<string, object?>
        {
            ["MT-Fault-Timestamp"] = Encoding.UTF8.GetBytes(at),
            ["MT-Fault-ExceptionType"] = Encoding.UTF8.GetBytes("Npgsql.PostgresException"),
            ["MT-Fault-MessageType"] = Encoding.UTF8.GetBytes("urn:message:Loadstone.Contracts:ShardFinished"),
            ["MT-Fault-RetryCount"] = 4,
            ["Loadstone-Attempts"] = Encoding.UTF8.GetBytes("2"),
            ["traceparent"] = Encoding.UTF8.GetBytes("kept"),
        },
    }, [1, 2, 3], Now);
}
