using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>Subscribers with nothing but an AMQP client hear of breaches while the run goes on.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class AlertTests(RunningPlatform running)
{
    [Fact]
    public async Task A_breach_in_a_running_test_and_a_burst_of_errors_that_no_limit_names_reach_a_plain_subscriber_as_JSON()
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(running.Servers.RabbitMqUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        // As the README says.
        await channel.ExchangeDeclareAsync("loadstone.alerts", ExchangeType.Topic, durable: true);
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, "loadstone.alerts", "alert.#");
        var heard = System.Threading.Channels.Channel.CreateUnbounded<(string Key, JsonObject Body)>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, m) =>
            await heard.Writer.WriteAsync((m.RoutingKey, JsonNode.Parse(Encoding.UTF8.GetString(m.Body.Span))!.AsObject()));
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);

        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        (await running.Target.PutAsync("/knobs", new StringContent("""{ "delay": { "type": "fixed", "mean_ms": 60 } }""", Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();
        var plan = RunningPlatform.Plan(""" "duration": "110s", "success_criteria": { "max_p95_response_time": 30, "max_error_rate": 50 } """);
        var id = (await running.ExecuteAsync(plan)).Id;

        using var patience = new CancellationTokenSource(RunningPlatform.Longest);
        var (key, alert) = await heard.Reader.ReadAsync(patience.Token);
        Assert.Equal("running", (await running.Api.StatusAsync(id, CancellationToken.None)).Execution.Status);
        Assert.StartsWith("alert.raised.", key);
        Assert.Equal((id.ToString(), "p95_response_time", "threshold_exceeded", 30.0), (
            alert["execution_id"]!.ToString(), alert["metric_name"]!.ToString(), alert["alert_type"]!.ToString(), alert["threshold_value"]!.GetValue<double>()));
        Assert.True(alert["actual_value"]!.GetValue<double>() > 30);

        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var (resolvedKey, resolved) = await heard.Reader.ReadAsync(patience.Token);
        Assert.StartsWith("alert.resolved.", resolvedKey);
        Assert.Equal(alert["alert_id"]!.ToString(), resolved["alert_id"]!.ToString());

        // Long enough without errors for a burst to be one: eleven seconds.
        await running.UntilAsync(id, status => status.Progress >= 10);
        (await running.Target.PutAsync("/knobs", new StringContent("""{ "error_rate": 20 }""", Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();
        JsonObject burst;
        do
            burst = (await heard.Reader.ReadAsync(patience.Token)).Body;
        while (burst["source"]?.ToString() != "detection" || burst["metric_name"]!.ToString() != "error_rate");
        Assert.Equal((id.ToString(), "error_spike"), (burst["execution_id"]!.ToString(), burst["alert_type"]!.ToString()));

        await running.Api.StopAsync(id, CancellationToken.None);
        await running.EndOfAsync(id);
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var listed = JsonNode.Parse(await running.Gateway.GetStringAsync($"/api/load-testing/alerts?executionId={id}&status=resolved"))!;
        // A busy machine may breach it once more.
        Assert.Contains(alert["alert_id"]!.ToString(), listed["alerts"]!.AsArray().Select(a => a!["id"]!.ToString()));
        var report = JsonNode.Parse(await running.Api.ReportAsync(id, "json", CancellationToken.None))!["report"]!["report_data"]!;
        Assert.Contains(report["alerts"]!.AsArray(), told => (told!["alert_type"]!.ToString(), told["status"]!.ToString()) == ("threshold_exceeded", "resolved"));
    }
}
