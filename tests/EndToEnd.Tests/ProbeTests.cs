using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Loadstone.Local;
using Npgsql;

namespace Loadstone.EndToEnd.Tests;

/// <summary>How a real system under test stood while it was put under load, asked by the platform itself.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class ProbeTests(RunningPlatform running) : IAsyncLifetime
{
    private readonly StateFolder _folder = StateFolder.Open(StateFolder.FindClone(), "test-probed");
    private ProbedServer _node = null!;
    private Postgres _postgres = null!;

    public async Task InitializeAsync()
    {
        _node = await ProbedServer.StartNodeExporterAsync(_folder, CancellationToken.None);
        _postgres = await StartPostgresAsync();
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Probes_tell_how_the_target_stood_second_by_second_and_a_dead_one_is_named_and_fails_nothing()
    {
        var address = new NpgsqlConnectionStringBuilder(_postgres.ConnectionString);
        var environment = await RegisteredAsync(address);
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
        await EnvironmentTests.AssertNowhereAsync(running, address.Password!, execution.Id, environment["id"]!.GetValue<Guid>());
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
        Assert.Contains(probes["database"]["slowest_statements"]!.AsArray(), s => s!["statement"]!.ToString().Contains("generate_series($1", StringComparison.Ordinal));

        var hosts = resources["samples"]!.AsArray().Where(s => s!["kind"]!.ToString() == "worker").Select(s => s!["host"]!).ToList();
        Assert.Contains(hosts, h => h["connections"]!["http"]!.GetValue<int>() > 0 && h["connections"]!["database"]?.GetValue<int>() == 1);
        Assert.Contains(hosts, h => h["cpu_user"]!.GetValue<double>() > 0 && h["memory_used_percent"]!.GetValue<double>() > 0 && h["network"]!["packets_sent"]!.GetValue<long>() > 0);
    }

    private async Task<JsonObject> RegisteredAsync(NpgsqlConnectionStringBuilder address)
    {
        var body = JsonNode.Parse($$"""
            {
              "name": "probed {{Guid.NewGuid()}}", "base_urls": ["{{running.Platform.Target}}"], "secrets": { "DB_PASSWORD": "{{address.Password}}" },
              "probes": [
                { "name": "node", "type": "prometheus", "url": "http://127.0.0.1:{{_node.Port}}/metrics" },
                { "name": "database", "type": "postgres", "url": "postgres://127.0.0.1:{{address.Port}}/{{address.Database}}", "user": "{{address.Username}}", "password_secret": "DB_PASSWORD" },
                { "name": "dead", "type": "redis", "url": "redis://127.0.0.1:{{Ports.PickFree()}}", "password_secret": "DB_PASSWORD" }
              ]
            }
            """);
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
