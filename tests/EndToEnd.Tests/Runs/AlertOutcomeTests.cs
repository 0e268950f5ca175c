using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Plans;
using Loadstone.Services.Tests.Alerting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>
/// What a run shows that is slower than those before it: a rule that is relative to the baseline, a failed verdict, a regression, a change in the history. A plain
/// AMQP client, a webhook and a mailbox hear of each (requirements R10.3, R10.4), and of what began in maintenance when that is over.
/// </summary>
[Collection(nameof(RunningPlatform))]
public sealed class AlertOutcomeTests(RunningPlatform running) : IAsyncLifetime
{
    private const string Api = "/api/load-testing";
    private const int Runs = 3;

    private static readonly string[] Sources = ["rule", "verdict", "regression", "history"];

    private readonly ConcurrentQueue<JsonObject> _byAmqp = new();
    private readonly ConcurrentQueue<JsonObject> _byWebhook = new();
    private readonly List<string> _byMail = [];
    private WebApplication? _receiver;
    private IConnection? _broker;

    public async Task InitializeAsync()
    {
        await ListenAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _receiver = builder.Build();
        _receiver.Run(async http => _byWebhook.Enqueue((await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted))!.AsObject()));
        await _receiver.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _receiver!.DisposeAsync();
        await _broker!.DisposeAsync();
    }

    [Fact]
    public async Task What_a_slower_run_shows_reaches_every_subscriber_and_what_began_in_maintenance_when_that_is_over()
    {
        var configuration = await PrepareAsync();
        var subscriptions = new[] { await SubscribeAsync(""" "channel": "webhook", "secret": "a secret of the receiver", """, "url", _receiver!.Urls.Single()), await SubscribeAsync(""" "channel": "email", """, "to", new JsonArray("ada@example.org")) };

        (await running.Target.PutAsync("/knobs", new StringContent("""{ "delay": { "type": "fixed", "mean_ms": 600 } }""", Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();
        var slow = await RunningPlatform.TrustedAsync(() => RunInMaintenanceAsync(configuration));
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();

        Assert.Equal(VerdictOutcome.Failed, slow.Verdict);
        foreach (var source in Sources)
            await RunningPlatform.UntilAsync(() => Task.FromResult(HeardByAll(slow.Id, source)));
        var rule = _byAmqp.First(b => IsOf(b, slow.Id, "rule"));
        Assert.Equal(("performance_degradation", "p95_response_time"), (rule["alert_type"]!.ToString(), rule["metric_name"]!.ToString()));
        Assert.Contains("by the baseline's", rule["message"]!.ToString());
        foreach (var subscription in subscriptions)
            await DeleteAsync("alert-subscriptions", subscription);
    }

    // Runs of a faster system, the first of them the baseline, and a rule that compares with it. None is so fast that a busy machine is late by
    // a tenth of it, which makes a run invalid.
    private async Task<string> PrepareAsync()
    {
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        (await running.Target.PutAsync("/knobs", new StringContent("""{ "delay": { "type": "fixed", "mean_ms": 200 } }""", Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();
        var plan = RunningPlatform.Plan(""" "duration": "12s", "success_criteria": { "max_p95_response_time": 300 }, "alert_thresholds": [ { "expression": "virtual_users < 5", "severity": "low" } ] """);
        var configuration = (await running.Api.CreateConfigurationAsync(plan, CancellationToken.None)).Configuration["id"]!.ToString();
        var fast = await Task.WhenAll(Enumerable.Range(0, Runs).Select(_ => RunningPlatform.TrustedAsync(async () => await running.EndOfAsync(await BeginAsync(configuration)))));
        await running.Api.EstablishBaselineAsync(new BaselineRequest(fast[0].Id), CancellationToken.None);
        var own = (await AlertsAsync(fast[0].Id)).Single(a => a["source"]!.ToString() == "criterion" && a["metric_name"]!.ToString() == "virtual_users");
        Assert.Equal("low", own["severity"]!.ToString());
        await running.Gateway.CreateAsync($"{Api}/alert-rules", "rule", $$"""
            { "name": "slower {{configuration}}", "metric_name": "p95_response_time", "relative_to_baseline": true, "threshold_value": 100, "configuration_id": "{{configuration}}" }
            """);
        return configuration;
    }

    private async Task<ExecutionView> RunInMaintenanceAsync(string configuration)
    {
        var window = await running.Gateway.CreateAsync($"{Api}/maintenance-windows", "window", $$"""
            { "name": "moving {{Guid.NewGuid()}}", "starts_at": "{{DateTimeOffset.UtcNow.AddMinutes(-1):O}}", "ends_at": "{{DateTimeOffset.UtcNow.AddMinutes(5):O}}", "configuration_id": "{{configuration}}" }
            """);
        var id = await BeginAsync(configuration);
        JsonNode? held = null;
        await RunningPlatform.UntilAsync(async () => (held = (await AlertsAsync(id)).FirstOrDefault(a => a["source"]!.ToString() == "rule")) is not null);
        Assert.Equal(("suppressed", $"maintenance window {window["name"]}"), (held!["status"]!.ToString(), held["suppressed"]!["by"]!.ToString()));
        Assert.False(HeardBy(_byAmqp, id, "rule"));

        await DeleteAsync("maintenance-windows", window);
        await RunningPlatform.UntilAsync(() => Task.FromResult(_byAmqp.Any(b => IsOf(b, id, "rule") && b["message"]!.ToString().Contains($"began in the maintenance window {window["name"]}", StringComparison.Ordinal))));
        return await running.EndOfAsync(id);
    }

    // As deploy/alerts.md says.
    private async Task ListenAsync()
    {
        _broker = await new ConnectionFactory { Uri = new Uri(running.Servers.RabbitMqUri) }.CreateConnectionAsync();
        var channel = await _broker.CreateChannelAsync();
        await channel.ExchangeDeclareAsync("loadstone.alerts", ExchangeType.Topic, durable: true);
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, "loadstone.alerts", "alert.raised.*");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, m) =>
        {
            _byAmqp.Enqueue(JsonNode.Parse(m.Body.Span)!.AsObject());
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
    }

    private bool HeardByAll(Guid run, string source)
    {
        foreach (var mail in running.Mail.Heard())
        {
            Assert.DoesNotContain(mail.InTheClear, l => l.StartsWith("AUTH", StringComparison.Ordinal));
            _byMail.Add(MailReceiver.BodyOf(mail.Encrypted));
        }

        return HeardBy(_byAmqp, run, source) && HeardBy(_byWebhook, run, source) && _byMail.Any(m => Tells(m, run, source));
    }

    private static bool HeardBy(IEnumerable<JsonObject> channel, Guid run, string source) => channel.Any(b => IsOf(b, run, source));

    private static bool IsOf(JsonObject body, Guid run, string source) => (body["execution_id"]?.ToString(), body["source"]?.ToString()) == (run.ToString(), source);

    private static bool Tells(string mail, Guid run, string source) =>
        mail.Contains($"execution id: {run}", StringComparison.Ordinal) && mail.Contains($"source: {source}", StringComparison.Ordinal);

    private async Task<Guid> BeginAsync(string configuration) =>
        (await running.Api.ExecuteAsync(Guid.NewGuid().ToString(), new ExecuteRequest(Guid.Parse(configuration), null), CancellationToken.None)).Execution.Id;

    private async Task<IReadOnlyList<JsonNode>> AlertsAsync(Guid execution) =>
        [.. (await running.Gateway.CallAsync(HttpMethod.Get, $"{Api}/alerts?executionId={execution}")).Body["alerts"]!.AsArray().Select(a => a!)];

    private Task<JsonObject> SubscribeAsync(string members, string name, JsonNode value)
    {
        var body = JsonNode.Parse($$"""{ {{members}} "name": "{{Guid.NewGuid()}}", "events": [ "raised" ] }""")!.AsObject();
        body[name] = value;
        return running.Gateway.CreateAsync($"{Api}/alert-subscriptions", "subscription", body.ToJsonString());
    }

    private async Task DeleteAsync(string path, JsonObject resource) => Assert.Equal(
        System.Net.HttpStatusCode.OK, (await running.Gateway.CallAsync(HttpMethod.Delete, $"{Api}/{path}/{resource["id"]}", ifMatch: $"\"{resource["version"]}\"")).Status);
}
