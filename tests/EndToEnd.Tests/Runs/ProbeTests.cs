using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Loadstone.Local;
using Npgsql;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>How a real system under test stood while it was put under load, asked by the platform itself.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class ProbeTests(RunningPlatform running) : IAsyncLifetime
{
    private readonly StateFolder _folder = StateFolder.Open(StateFolder.FindClone(), "test-probed");
    private ProbedServer _node = null!;

    public async Task InitializeAsync() => _node = await ProbedServer.StartNodeExporterAsync(_folder, CancellationToken.None);

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Probes_tell_how_the_target_stood_second_by_second_and_a_dead_one_is_named_and_fails_nothing()
    {
        await using var postgres = await StartPostgresAsync();
        var address = new NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        var environment = await RegisteredAsync(new JsonObject { ["DB_PASSWORD"] = address.Password }, Node, DatabaseAt(address), Dead);
        await using var source = NpgsqlDataSource.Create(address.ConnectionString + ";Pooling=false");
        await using var idle = await source.OpenConnectionAsync();
        using var over = new CancellationTokenSource();
        var busy = BusyAsync(source, over.Token);
        var plan = RunningPlatform.Plan($"\"environment\": \"{environment["name"]}\", \"duration\": \"4s\"");
        plan["success_criteria"] = JsonNode.Parse("""{ "expressions": ["cpu_usage < 101 while requests_per_second > 1", "min database_connections >= 2"] }""");
        var execution = await running.RunAsync(plan);
        await over.CancelAsync();
        await busy;

        RunningPlatform.AssertPassed(execution.Verdict);
        await AssertSeriesAsync(execution.Id);
        await AssertResourcesAsync(execution.Id);
        var report = await running.Gateway.GetStringAsync($"/api/load-testing/executions/{execution.Id}/report?format=json");
        Assert.Contains("the probe dead (redis) failed", report, StringComparison.Ordinal);
        Assert.Contains("Connection refused", report, StringComparison.Ordinal);
        await Resources.EnvironmentTests.AssertNowhereAsync(running, address.Password!, execution.Id, environment["id"]!.GetValue<Guid>());
    }

    [Theory]
    [InlineData("move", 2)]
    [InlineData("continue", 1)]
    public async Task One_worker_of_a_run_asks_and_when_it_is_killed_whoever_carries_its_share_on_or_another(string policy, int next)
    {
        var environment = await RegisteredAsync([], Node);
        await using var worker = SpareWorker.Start(running, "prober", new Uri(running.Servers.RabbitMqUri));
        await SpareWorker.UntilThereAreAsync(running, 2);
        var id = (await running.ExecuteAsync(RunningPlatform.Plan($$"""
            "environment": "{{environment["name"]}}", "duration": "12s", "worker_count": 2, "max_virtual_users": 20, "lost_worker_policy": "{{policy}}",
            "load_pattern": { "type": "constant_arrival_rate", "rate": 20 }
            """))).Id;
        await running.UntilAsync(id, s => s.Execution.TotalRequests > 40);
        await worker.KillAsync();
        var execution = await running.EndOfAsync(id);

        Assert.Equal("completed", execution.Status);
        var resources = await running.Gateway.GetFromJsonAsync<JsonObject>($"/api/load-testing/executions/{id}/resources?granularity=second");
        var asked = resources!["samples"]!.AsArray().Where(s => s!["kind"]!.ToString() == "probe").ToLookup(s => s!["shard"]!.GetValue<int>(), s => s!["timestamp_offset"]!.GetValue<int>());
        Assert.Equal([0, next], asked.Select(shard => shard.Key).Order());
        Assert.True(asked[0].Max() < asked[next].Max());
        await SpareWorker.UntilThereAreAsync(running, 1);
    }

    private async Task AssertSeriesAsync(Guid execution)
    {
        var metrics = await running.Gateway.GetFromJsonAsync<JsonObject>($"/api/load-testing/executions/{execution}/metrics?granularity=second");
        var points = metrics!["metrics"]!.AsArray();
        Assert.Contains(points, p => p!["target_cpu_usage"]?.GetValue<double>() is >= 0 and <= 100);
        Assert.All(points.Where(p => p!["database_connections"] is not null), p => Assert.InRange(p!["database_connections"]!.GetValue<double>(), 2, 300));
        Assert.True(points.Count(p => p!["database_connections"] is not null) >= 2);
        Assert.NotNull(metrics["summary"]!["custom_metrics"]!["cpu_usage"]);
    }

    private async Task AssertResourcesAsync(Guid execution)
    {
        var resources = await running.Gateway.GetFromJsonAsync<JsonObject>($"/api/load-testing/executions/{execution}/resources?granularity=second");
        var probes = resources!["summary"]!.AsArray().Where(s => s!["kind"]!.ToString() == "probe").ToDictionary(s => s!["source"]!.ToString(), s => s!["probe"]!);
        Assert.Equal(["database", "dead", "node"], probes.Keys.Order());
        Assert.Equal(probes["dead"]["asked"]!.GetValue<int>(), probes["dead"]["failed"]!.GetValue<int>());
        Assert.Equal("Connection refused", probes["dead"]["error"]!.ToString());
        Assert.Equal(0, probes["node"]["failed"]!.GetValue<int>());
        var statements = probes["database"]["slowest_statements"]!.AsArray().Select(s => s!["statement"]!.ToString()).ToList();
        Assert.Contains(statements, s => s.Contains("generate_series($1", StringComparison.Ordinal));
        Assert.DoesNotContain(statements, s => s.Contains("pg_extension", StringComparison.Ordinal));

        var hosts = resources["samples"]!.AsArray().Where(s => s!["kind"]!.ToString() == "worker").Select(s => s!["host"]!).ToList();
        Assert.Contains(hosts, h => h["connections"]!["http"]!.GetValue<int>() > 0 && h["connections"]!["database"]?.GetValue<int>() == 1);
        Assert.Contains(hosts, h => h["cpu_user"]!.GetValue<double>() > 0 && h["memory_used_percent"]!.GetValue<double>() > 0 && h["network"]!["packets_sent"]!.GetValue<long>() > 0);
    }

    private JsonObject Node => new() { ["name"] = "node", ["type"] = "prometheus", ["url"] = $"http://127.0.0.1:{_node.Port}/metrics" };

    private static JsonObject Dead => new() { ["name"] = "dead", ["type"] = "redis", ["url"] = $"redis://127.0.0.1:{Ports.PickFree()}", ["password_secret"] = "DB_PASSWORD" };

    private static JsonObject DatabaseAt(NpgsqlConnectionStringBuilder address) => new()
    {
        ["name"] = "database",
        ["type"] = "postgres",
        ["url"] = $"postgres://127.0.0.1:{address.Port}/{address.Database}",
        ["user"] = address.Username,
        ["password_secret"] = "DB_PASSWORD",
    };

    private async Task<JsonObject> RegisteredAsync(JsonObject secrets, params JsonNode[] probes)
    {
        var body = new JsonObject
        {
            ["name"] = $"probed {Guid.NewGuid()}",
            ["base_urls"] = new JsonArray(running.Platform.Target.ToString()),
            ["secrets"] = secrets,
            ["probes"] = new JsonArray(probes),
        };
        using var answer = await running.Gateway.PostAsJsonAsync("/api/load-testing/environments", body);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["environment"]!.AsObject();
    }

    private static async Task BusyAsync(NpgsqlDataSource source, CancellationToken over)
    {
        await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
        while (!over.IsCancellationRequested)
        {
            await using var command = new NpgsqlCommand("select count(*) from generate_series(1, 20000), pg_sleep(0.02)", connection);
            await command.ExecuteScalarAsync(CancellationToken.None);
        }
    }

    // The extension has to be there when the server starts.
    private async Task<Postgres> StartPostgresAsync()
    {
        await using (var first = await Postgres.StartAsync(_folder, Console.WriteLine, CancellationToken.None))
            await SayAsync(first, "alter system set shared_preload_libraries = 'pg_stat_statements'");
        var postgres = await Postgres.StartAsync(_folder, Console.WriteLine, CancellationToken.None);
        await SayAsync(postgres, "create extension if not exists pg_stat_statements");
        return postgres;
    }

    private static async Task SayAsync(Postgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
