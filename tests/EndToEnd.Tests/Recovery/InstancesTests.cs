using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Local;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Loadstone.EndToEnd.Tests.Recovery;

/// <summary>A platform with two of every service, on the servers of all tests.</summary>
public sealed class TwoOfEach : IAsyncLifetime
{
    private StateFolder? _folder;
    private Platform? _platform;

    public Platform Platform => _platform!;

    public LocalServers Servers { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        Servers = await TestServers.GetAsync();
        _folder = StateFolder.Open(StateFolder.FindClone(), "test-instances");
        _platform = await Platform.StartAsync(_folder, Servers, new Dictionary<string, string>(), patience.Token, instances: 2);
    }

    public async Task DisposeAsync()
    {
        await (_platform?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder?.Dispose();
    }
}

/// <summary>Two of every service at once do what one does, once.</summary>
public sealed class InstancesTests(TwoOfEach two) : IClassFixture<TwoOfEach>
{
    private static readonly string[] Struck = ["configuration", "scheduler", "ingestion", "alerting", "analysis", "gateway"];

    private readonly Platform _platform = two.Platform;

    [Fact]
    public async Task Two_instances_of_every_service_count_every_request_raise_each_breach_once_show_every_second_and_report_once()
    {
        await using var subscriber = await Subscriber.StartAsync(two.Servers.RabbitMqUri);
        using var target = new HttpClient { BaseAddress = _platform.Target };
        (await target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        (await target.PutAsJsonAsync("/knobs", new { delay = new { type = "fixed", mean_ms = 20 } })).EnsureSuccessStatusCode();
        var apis = new[] { "gateway", "gateway-2" }.Select(name => LoadstoneClient.Connect(_platform.UrlOf(name), _platform.Key)).ToList();
        var plan = RunningPlatform.Plan(""" "duration": "7s", "worker_count": 2, "lost_worker_policy": "move", "success_criteria": { "max_p95_response_time": 5 } """);
        var configuration = (await apis[0].CreateConfigurationAsync(plan, CancellationToken.None)).Configuration["id"]!.GetValue<Guid>();

        // The same request through both gateways at once is one run.
        var key = Guid.NewGuid().ToString();
        var asked = await Task.WhenAll(apis.Select(api => api.ExecuteAsync(key, new ExecuteRequest(configuration, null), CancellationToken.None)));
        var id = Assert.Single(asked.Select(a => a.Execution.Id).Distinct());
        var seconds = await Task.WhenAll(new[] { "gateway", "gateway-2" }.Select(name => SecondsAsync(name, id)));
        var ends = await Task.WhenAll(apis.Select(async api => (await api.StatusAsync(id, CancellationToken.None)).Execution));

        var counted = (await target.GetFromJsonAsync<JsonObject>("/counts"))!["total"]!.GetValue<long>();
        Assert.All(ends, end => Assert.Equal(("completed", counted), (end.Status, end.TotalRequests)));
        Assert.All(seconds, seen => Assert.Equal(Enumerable.Range(0, 7), seen.Take(7)));
        Assert.Equal(seconds[0], seconds[1]);
        await RunningPlatform.UntilAsync(() => Task.FromResult(subscriber.Raised().Any()));
        Assert.Single(subscriber.Raised());
        Assert.Single(await ListAsync($"executions/{id}/reports", "reports"), r => r!["report_type"]!.ToString() == "summary");
        Assert.Single(await ListAsync($"alerts?executionId={id}", "alerts"));
        Assert.Equal(2, (await ListAsync("workers", "workers")).Count);
    }

    [Fact]
    public async Task With_one_instance_of_every_service_killed_in_mid_run_the_others_go_on()
    {
        using var target = new HttpClient { BaseAddress = _platform.Target };
        (await target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var api = LoadstoneClient.Connect(_platform.UrlOf("gateway-2"), _platform.Key);
        var configuration = (await api.CreateConfigurationAsync(RunningPlatform.Plan(""" "duration": "8s" """), CancellationToken.None)).Configuration["id"]!.GetValue<Guid>();
        var id = (await api.ExecuteAsync(Guid.NewGuid().ToString(), new ExecuteRequest(configuration, null), CancellationToken.None)).Execution.Id;
        await RunningPlatform.UntilAsync(async () => (await api.StatusAsync(id, CancellationToken.None)).CurrentMetrics is not null);

        await Task.WhenAll(Struck.Select(_platform.KillAsync));
        await RunningPlatform.UntilAsync(async () => await IsOverAsync(api, id));

        var end = (await api.StatusAsync(id, CancellationToken.None)).Execution;
        Assert.Equal(("completed", (await target.GetFromJsonAsync<JsonObject>("/counts"))!["total"]!.GetValue<long>()), (end.Status, end.TotalRequests));
        Assert.NotNull(end.Verdict);
        await Task.WhenAll(Struck.Select(service => _platform.RestartAsync(service, CancellationToken.None)));
    }

    // A call that was on its way to what is killed just then fails, as it may.
    private static async Task<bool> IsOverAsync(ILoadstoneApi api, Guid id)
    {
        try
        {
            return (await api.StatusAsync(id, CancellationToken.None)).Execution.IsOver;
        }
        catch (LoadstoneException e) when (e.Status >= 500)
        {
            return false;
        }
    }

    private async Task<List<int>> SecondsAsync(string gateway, Guid id)
    {
        using var patience = new CancellationTokenSource(RunningPlatform.Longest);
        using var http = new HttpClient { BaseAddress = _platform.UrlOf(gateway), DefaultRequestHeaders = { Authorization = new("Bearer", _platform.Key) } };
        await using var feed = await http.GetStreamAsync($"/api/load-testing/executions/{id}/live", patience.Token);
        var seconds = new List<int>();
        await foreach (var e in SseParser.Create(feed, (_, data) => JsonNode.Parse(data)!).EnumerateAsync(patience.Token))
        {
            if (e.EventType == "metrics")
                seconds.Add(e.Data["timestamp_offset"]!.GetValue<int>());
        }

        return seconds;
    }

    private async Task<JsonArray> ListAsync(string path, string name)
    {
        using var http = new HttpClient { BaseAddress = _platform.UrlOf("gateway-2"), DefaultRequestHeaders = { Authorization = new("Bearer", _platform.Key) } };
        return (await http.GetFromJsonAsync<JsonObject>($"/api/load-testing/{path}"))![name]!.AsArray();
    }

    private sealed class Subscriber(IConnection connection) : IAsyncDisposable
    {
        public ConcurrentQueue<string> Heard { get; } = new();

        public IEnumerable<string> Raised() => Heard.Where(told => told.Contains("raised", StringComparison.Ordinal));

        public static async Task<Subscriber> StartAsync(string broker)
        {
            var subscriber = new Subscriber(await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync());
            await subscriber.ListenAsync();
            return subscriber;
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();

        private async Task ListenAsync()
        {
            var channel = await connection.CreateChannelAsync();
            await channel.ExchangeDeclareAsync("loadstone.alerts", ExchangeType.Topic, durable: true);
            var queue = (await channel.QueueDeclareAsync()).QueueName;
            await channel.QueueBindAsync(queue, "loadstone.alerts", "alert.#");
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, m) =>
            {
                Heard.Enqueue($"{m.RoutingKey} {Encoding.UTF8.GetString(m.Body.Span)}");
                return Task.CompletedTask;
            };
            await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        }
    }
}
