using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Loadstone.Plans;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>Alerts are brought to webhooks, whatever some of the receivers do, and what was not taken can be sent again.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class AlertDeliveryTests(RunningPlatform running) : IAsyncLifetime
{
    private const string Api = "/api/load-testing";

    private readonly string _secret = $"secret {Guid.NewGuid()}";
    private readonly ConcurrentQueue<(string Path, IHeaderDictionary Headers, string Body)> _heard = new();
    private readonly TaskCompletionSource _testIsOver = new();
    private WebApplication? _receiver;
    private volatile bool _isRepaired;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _receiver = builder.Build();
        _receiver.Run(ReceiveAsync);
        await _receiver.StartAsync();
    }

    public async Task DisposeAsync()
    {
        _testIsOver.TrySetResult();
        await _receiver!.DisposeAsync();
    }

    [Fact]
    public async Task A_receiver_that_hangs_delays_nobody_and_one_that_is_down_gets_its_alerts_by_replay()
    {
        var subscriptions = new List<JsonNode>();
        foreach (var path in new[] { "hangs", "down", "hears" })
            subscriptions.Add(await SubscribeAsync(path));
        Assert.All(subscriptions, s => Assert.DoesNotContain(_secret, s.ToJsonString()));

        var id = (await running.ExecuteAsync(RunningPlatform.Plan(""" "duration": "6s", "success_criteria": { "max_p95_response_time": 0.001 } """))).Id;
        // Of a run that a busy machine has spoiled, no verdict is told.
        if ((await running.EndOfAsync(id)).Verdict == VerdictOutcome.Failed)
            await UntilHeardAsync(id, h => h.Body.Contains("\"source\":\"verdict\"", StringComparison.Ordinal));
        await UntilHeardAsync(id, h => h.Headers["Loadstone-Event"].ToString().StartsWith("alert.resolved.", StringComparison.Ordinal));

        Assert.All(HeardOf(id, "/hears"), AssertSigned);
        Assert.True(HeardOf(id, "/hangs").Count() <= 1, "a receiver that hangs is asked one thing at a time");
        await ReplayAsync(subscriptions[1], id);

        var history = await running.Gateway.GetStringAsync($"{Api}/alert-subscriptions/{subscriptions[1]["id"]}/history");
        Assert.DoesNotContain(_secret, history);
        foreach (var subscription in subscriptions)
            await UnsubscribeAsync(subscription);
    }

    private Task UntilHeardAsync(Guid execution, Func<(string Path, IHeaderDictionary Headers, string Body), bool> isIt) =>
        RunningPlatform.UntilAsync(() => Task.FromResult(HeardOf(execution, "/hears").Any(isIt)));

    private async Task ReplayAsync(JsonNode subscription, Guid execution)
    {
        JsonNode? failed = null;
        await RunningPlatform.UntilAsync(async () => (failed = (await GetAsync($"errors?queue={subscription["queue"]}&status=failed"))["errors"]!.AsArray().LastOrDefault()) is not null);
        Assert.Equal(("NotDelivered", "it answered 503"), (failed!["error_type"]!.ToString(), failed["reason"]!.ToString()));
        Assert.Equal(3, failed["attempts"]!.GetValue<int>());
        _isRepaired = true;
        (await running.Gateway.PostAsync($"{Api}/errors/{failed["id"]}/replay", null)).EnsureSuccessStatusCode();
        await RunningPlatform.UntilAsync(() => Task.FromResult(HeardOf(execution, "/down").Any(h => h.Headers["Loadstone-Delivery"] == failed["message_id"]!.ToString() && h.Headers["Repaired"] == "yes")));
    }

    private void AssertSigned((string Path, IHeaderDictionary Headers, string Body) heard)
    {
        var signed = Encoding.UTF8.GetBytes($"{heard.Headers["Loadstone-Timestamp"]}.{heard.Body}");
        Assert.Equal($"v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_secret), signed))}", heard.Headers["Loadstone-Signature"].ToString());
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        http.Request.Headers["Repaired"] = _isRepaired ? "yes" : "no";
        _heard.Enqueue((http.Request.Path, new HeaderDictionary(http.Request.Headers.ToDictionary()), await reader.ReadToEndAsync()));
        if (http.Request.Path == "/hangs")
            await _testIsOver.Task.WaitAsync(http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Response.StatusCode = http.Request.Path == "/down" && !_isRepaired ? 503 : 204;
    }

    private IEnumerable<(string Path, IHeaderDictionary Headers, string Body)> HeardOf(Guid execution, string path) =>
        _heard.Where(h => h.Path == path && h.Body.Contains(execution.ToString(), StringComparison.Ordinal));

    private async Task<JsonNode> SubscribeAsync(string path)
    {
        using var answer = await running.Gateway.PostAsJsonAsync($"{Api}/alert-subscriptions", new { name = $"{path} {Guid.NewGuid()}", channel = "webhook", url = $"{_receiver!.Urls.Single()}/{path}", secret = _secret });
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>())!["subscription"]!;
    }

    private async Task UnsubscribeAsync(JsonNode subscription)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"{Api}/alert-subscriptions/{subscription["id"]}");
        request.Headers.Add("If-Match", $"\"{subscription["version"]}\"");
        (await running.Gateway.SendAsync(request)).EnsureSuccessStatusCode();
    }

    private async Task<JsonNode> GetAsync(string path) => (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/{path}"))!;
}
