using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>A rule raises an alert, a subscription keeps it for who comes later, and people say what they did with it.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class AlertLifeTests(RunningPlatform running)
{
    private const string Api = "/api/load-testing";

    [Fact]
    public async Task A_rules_alert_is_kept_for_a_subscriber_and_treated_by_people()
    {
        var configuration = (await running.Api.CreateConfigurationAsync(
            RunningPlatform.Plan(""" "duration": "60s", "success_criteria": { "max_error_rate": 50 } """), CancellationToken.None)).Configuration["id"]!.ToString();
        var rule = await CreateAsync("alert-rules", "rule", new
        {
            name = $"busy {configuration}",
            metric_name = "virtual_users",
            threshold_value = 2,
            for_duration = "2s",
            severity = "critical",
            configuration_id = configuration,
        });
        var subscription = await CreateAsync("alert-subscriptions", "subscription", new { name = $"on call {configuration}", severities = new[] { "critical" }, events = new[] { "raised", "acknowledged" } });
        await using var connection = await new ConnectionFactory { Uri = new Uri(running.Servers.RabbitMqUri) }.CreateConnectionAsync();
        await RunningPlatform.UntilAsync(async () => await IsThereAsync(connection, subscription["queue"]!.ToString()));

        var id = (await running.Api.ExecuteAsync(Guid.NewGuid().ToString(), new Client.ExecuteRequest(Guid.Parse(configuration), null), CancellationToken.None)).Execution.Id;
        JsonNode? alert = null;
        await RunningPlatform.UntilAsync(async () => (alert = (await GetAsync($"alerts?executionId={id}&severity=critical&status=active"))["alerts"]!.AsArray().FirstOrDefault()) is not null);
        Assert.Equal((rule["id"]!.ToString(), "virtual_users", 5.0), (alert!["rule_id"]!.ToString(), alert["metric_name"]!.ToString(), alert["actual_value"]!.GetValue<double>()));

        var acknowledged = await TreatAsync(alert, "acknowledge", HttpStatusCode.OK, new { note = "looking" });
        Assert.Equal(("acknowledged", "looking"), (acknowledged["alert"]!["status"]!.ToString(), acknowledged["alert"]!["acknowledged"]!["note"]!.ToString()));
        Assert.Equal(["alert.raised.critical", "alert.acknowledged.critical"], await ReadAsync(connection, subscription["queue"]!.ToString(), 2));
        var resolved = await TreatAsync(alert, "resolve", HttpStatusCode.OK);
        Assert.NotNull(resolved["alert"]!["resolved_by"]);
        Assert.Contains("resolved", (await TreatAsync(alert, "suppress", HttpStatusCode.Conflict))["error"]!.ToString());
        Assert.Equal(
            ["alert_raised", "alert_acknowledged", "alert_resolved"], (await GetAsync($"alerts/{alert["id"]}/history"))["events"]!.AsArray().Select(e => e!["type"]!.ToString()));

        await running.Api.StopAsync(id, CancellationToken.None);
        await running.EndOfAsync(id);
        await DeleteAsync("alert-rules", rule);
        await DeleteAsync("alert-subscriptions", subscription);
        await RunningPlatform.UntilAsync(async () => !await IsThereAsync(connection, subscription["queue"]!.ToString()));
    }

    [Fact]
    public async Task Alerts_are_paged_and_bad_questions_refused()
    {
        using var one = await running.Gateway.GetAsync($"{Api}/alerts?limit=1");
        Assert.Equal(HttpStatusCode.OK, one.StatusCode);
        Assert.All(["limit=0", "status=gone", "severity=dire", "executionId=5", "cursor=x"], query =>
            Assert.Equal(HttpStatusCode.BadRequest, running.Gateway.GetAsync($"{Api}/alerts?{query}").GetAwaiter().GetResult().StatusCode));
        using var unknown = await running.Gateway.PostAsync($"{Api}/alerts/{Guid.NewGuid()}/resolve", null);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_maintenance_window_that_is_over_is_refused_when_it_is_new_and_one_that_is_there_may_be_ended_now()
    {
        const string Windows = $"{Api}/maintenance-windows";
        var now = DateTimeOffset.UtcNow;
        JsonObject Until(DateTimeOffset ends) => new() { ["name"] = $"moving {now:O}", ["starts_at"] = now.AddHours(-2), ["ends_at"] = ends, ["environment"] = "nowhere" };
        var (refused, why) = await running.Gateway.CallAsync(HttpMethod.Post, Windows, Until(now.AddHours(-1)));
        Assert.Equal(HttpStatusCode.BadRequest, refused);
        Assert.Contains("must be in the future", why["errors"]!["ends_at"]!.ToJsonString());

        var window = await running.Gateway.CreateAsync(Windows, "window", Until(now.AddHours(1)).ToJsonString());
        var (changed, ended) = await running.Gateway.CallAsync(HttpMethod.Put, $"{Windows}/{window["id"]}", Until(now), $"\"{window["version"]}\"");
        Assert.True(changed == HttpStatusCode.OK, ended.ToJsonString());
        await DeleteAsync("maintenance-windows", ended["window"]!);
    }

    private async Task<JsonNode> CreateAsync(string path, string kind, object body)
    {
        using var answer = await running.Gateway.PostAsJsonAsync($"{Api}/{path}", body);
        var read = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.True(answer.StatusCode == HttpStatusCode.Created, read.ToJsonString());
        return read[kind]!;
    }

    private async Task DeleteAsync(string path, JsonNode resource)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"{Api}/{path}/{resource["id"]}");
        request.Headers.Add("If-Match", $"\"{resource["version"]}\"");
        using var answer = await running.Gateway.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<JsonNode> TreatAsync(JsonNode alert, string verb, HttpStatusCode expected, object? body = null)
    {
        using var answer = await running.Gateway.PostAsync($"{Api}/alerts/{alert["id"]}/{verb}", body is null ? null : JsonContent.Create(body));
        Assert.Equal(expected, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private async Task<JsonNode> GetAsync(string path) => (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/{path}"))!;

    private static async Task<List<string>> ReadAsync(IConnection connection, string queue, int count)
    {
        await using var channel = await connection.CreateChannelAsync();
        var keys = new List<string>();
        await RunningPlatform.UntilAsync(async () =>
        {
            if (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
                keys.Add(message.RoutingKey);
            return keys.Count == count;
        });
        return keys;
    }

    private static async Task<bool> IsThereAsync(IConnection connection, string queue)
    {
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            await channel.QueueDeclarePassiveAsync(queue);
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return false;
        }
    }
}
