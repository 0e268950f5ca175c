using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Local;
using Loadstone.Local.Tests;
using Npgsql;

namespace Loadstone.EndToEnd.Tests.Resources;

/// <summary>Systems under test: where they may be, what they keep to themselves, and who may put them under load.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class EnvironmentTests(RunningPlatform running)
{
    private const string Path = "/api/load-testing/environments";

    [Theory]
    [InlineData("http://169.254.169.254")]
    [InlineData("http://0xa9fea9fe")]
    [InlineData("http://[::ffff:169.254.169.254]")]
    [InlineData("http://0.0.0.0")]
    [InlineData("http://2852039166")]
    [InlineData("http://0251.0376.0251.0376")]
    [InlineData("http://[fe80::1]")]
    [InlineData("http://[::ffff:a9fe:a9fe]")]
    [InlineData("http://sample.test@169.254.169.254")]
    [InlineData("http://169.254.169.254#sample.test")]
    public async Task A_target_that_no_run_may_reach_is_refused_by_its_field_and_who_tried_is_in_the_audit_log(string url)
    {
        var key = await running.NewKeyAsync("engineer");
        using var caller = running.Caller(key.Secret);
        using var answer = await caller.PostAsJsonAsync(Path, new { name = $"ssrf {Guid.NewGuid()}", base_urls = new[] { url } });

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.NotNull((await answer.Content.ReadFromJsonAsync<JsonObject>())!["errors"]!["base_urls[0]"]);
        var line = Assert.Single((await running.Api.AuditAsync($"key:{key.Key.Name}", null, null, 10, null, CancellationToken.None)).Entries);
        Assert.Equal(("createEnvironment", 400, "127.0.0.1"), (line.Operation, line.Status, line.Address));
    }

    [Theory]
    [InlineData("gateway")]
    [InlineData("worker")]
    [InlineData("postgres")]
    [InlineData("rabbitmq")]
    public async Task The_platforms_own_ports_are_no_targets(string what)
    {
        var port = what switch
        {
            "postgres" => new NpgsqlConnectionStringBuilder(running.Servers.PostgresConnectionString).Port,
            "rabbitmq" => new Uri(running.Servers.RabbitMqUri).Port,
            _ => running.Platform.UrlOf(what).Port,
        };
        foreach (var host in new[] { "127.0.0.1", "localhost", "2130706433", "[::1]" })
        {
            using var answer = await RegisterAsync(new JsonObject { ["base_urls"] = new JsonArray($"http://{host}:{port}") });
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_secret_reaches_the_target_and_nothing_else_ever_shows_it()
    {
        var planted = $"planted{Guid.NewGuid():N}";
        using var target = new HttpListener();
        var url = $"http://127.0.0.1:{Ports.PickFree()}";
        target.Prefixes.Add(url + "/");
        target.Start();
        var heard = new ConcurrentQueue<string?>();
        _ = AnswerAsync(target, heard);
        var environment = await RegisteredAsync(new JsonObject
        {
            ["base_urls"] = new JsonArray(url),
            ["variables"] = new JsonObject { ["TENANT"] = "blue" },
            ["secrets"] = new JsonObject { ["TOKEN"] = planted, ["UNUSED"] = "x" },
        });
        var step = """{ "action": "http", "name": "ask", "path": "/ask", "headers": { "Authorization": "{{env.TENANT}} {{env.TOKEN}}" } }""";
        var execution = await running.RunAsync(RunningPlatform.Plan($"\"environment\": \"{environment["name"]}\", \"duration\": \"1s\"", step));

        Assert.Equal(heard.Count, execution.TotalRequests);
        Assert.Equal($"blue {planted}", Assert.Single(heard.Distinct()));
        await AssertNowhereAsync(running, planted, execution.Id, environment["id"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task A_proof_of_ownership_makes_no_authors_copy_stale()
    {
        var environment = await RegisteredAsync(new JsonObject { ["base_urls"] = new JsonArray(running.Platform.Target.ToString()) });
        (await running.Gateway.PostAsync($"{Path}/{environment["id"]}/verify", null)).Dispose();
        environment["variables"] = new JsonObject { ["colour"] = "red" };
        var (status, answer) = await running.Gateway.CallAsync(HttpMethod.Put, $"{Path}/{environment["id"]}", environment);

        Assert.Equal((HttpStatusCode.OK, "red"), (status, answer["environment"]?["variables"]?["colour"]?.ToString()));
    }

    [Fact]
    public async Task A_secret_is_kept_by_null_replaced_by_a_value_and_forgotten_when_left_out()
    {
        var environment = await RegisteredAsync(new JsonObject { ["base_urls"] = Sample(), ["secrets"] = new JsonObject { ["A"] = "1", ["B"] = "2" } });
        Assert.Equal("""{"A":null,"B":null}""", environment["secrets"]!.ToJsonString());

        environment["secrets"]!.AsObject().Remove("B");
        using var changed = await running.Gateway.PutAsJsonAsync($"{Path}/{environment["id"]}", environment);
        var now = (await changed.Content.ReadFromJsonAsync<JsonObject>())!["environment"]!;
        Assert.Equal("""{"A":null}""", now["secrets"]!.ToJsonString());
        now["secrets"]!["B"] = null;
        using var unknown = await running.Gateway.PutAsJsonAsync($"{Path}/{environment["id"]}", now);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
    }

    [Fact]
    public async Task A_system_elsewhere_is_put_under_load_only_when_it_is_proven_to_be_ours()
    {
        var environment = await RegisteredAsync(new JsonObject { ["base_urls"] = new JsonArray("http://nobody.invalid") });
        var refused = await Assert.ThrowsAsync<LoadstoneException>(() => running.ExecuteAsync(RunningPlatform.Plan($"\"environment\": \"{environment["name"]}\"")));
        using var looked = await running.Gateway.PostAsync($"{Path}/{environment["id"]}/verify", null);
        var history = await running.Gateway.GetStringAsync($"{Path}/{environment["id"]}/history");

        Assert.Equal(409, refused.Status);
        Assert.Contains(environment["ownership"]!["token"]!.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.False((await looked.Content.ReadFromJsonAsync<JsonObject>())!["verified"]!.GetValue<bool>());
        Assert.Contains("ownership_checked", history, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenarios_have_to_pass_elsewhere_first_where_the_environment_says_so()
    {
        var before = await RegisteredAsync(new JsonObject { ["base_urls"] = Sample() });
        var after = await RegisteredAsync(new JsonObject { ["base_urls"] = Sample(), ["requires_passed_run_in"] = before["name"]!.ToString() });
        var refused = await Assert.ThrowsAsync<LoadstoneException>(() => running.ExecuteAsync(RunningPlatform.Plan($"\"environment\": \"{after["name"]}\"")));
        Assert.Contains("these have not been run there", refused.Message, StringComparison.Ordinal);

        var passed = await running.RunAsync(RunningPlatform.Plan($"\"environment\": \"{before["name"]}\", \"duration\": \"1s\""));
        var again = running.ExecuteAsync(RunningPlatform.Plan($"\"environment\": \"{after["name"]}\", \"duration\": \"1s\""));
        if (passed.Verdict == Plans.VerdictOutcome.Passed)
            await running.EndOfAsync((await again).Id);
        else
            Assert.Contains("did not pass", (await Assert.ThrowsAsync<LoadstoneException>(() => again)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_window_that_is_not_now_is_named_when_a_run_is_refused()
    {
        var later = DateTimeOffset.UtcNow.AddHours(3);
        var environment = await RegisteredAsync(new JsonObject
        {
            ["base_urls"] = Sample(),
            ["allowed_time_windows"] = new JsonArray(new JsonObject { ["from"] = $"{later:HH}:00", ["to"] = $"{later.AddHours(1):HH}:00" }),
        });
        var refused = await Assert.ThrowsAsync<LoadstoneException>(() => running.ExecuteAsync(RunningPlatform.Plan($"\"environment\": \"{environment["name"]}\"")));

        Assert.Equal(400, refused.Status);
        Assert.Contains($"{later:HH}:00–", refused.Message, StringComparison.Ordinal);
    }

    private static async Task AnswerAsync(HttpListener target, ConcurrentQueue<string?> heard)
    {
        while (target.IsListening)
        {
            var asked = await target.GetContextAsync();
            heard.Enqueue(asked.Request.Headers["Authorization"]);
            asked.Response.Close();
        }
    }

    private JsonArray Sample() => new(running.Platform.Target.ToString().TrimEnd('/'));

    private Task<HttpResponseMessage> RegisterAsync(JsonObject environment)
    {
        environment["name"] = $"env {Guid.NewGuid()}";
        return running.Gateway.PostAsJsonAsync(Path, environment);
    }

    private async Task<JsonObject> RegisteredAsync(JsonObject environment)
    {
        using var answer = await RegisterAsync(environment);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["environment"]!.AsObject();
    }

    // In everything that is kept or told: answers, reports, every table, the spool, the queues' data and the logs.
    /// <summary>Holds that a secret stands in no answer, no table and no file of the platform.</summary>
    internal static async Task AssertNowhereAsync(RunningPlatform running, string planted, Guid execution, Guid environment)
    {
        foreach (var path in new[] { $"{Path}/{environment}", $"{Path}/{environment}/history", "/api/load-testing/configurations", "/api/load-testing/executions",
            $"/api/load-testing/executions/{execution}/status", $"/api/load-testing/executions/{execution}/events", $"/api/load-testing/executions/{execution}/endpoints", $"/api/load-testing/executions/{execution}/resources",
            $"/api/load-testing/executions/{execution}/report?format=html", $"/api/load-testing/executions/{execution}/report?format=json" })
            Assert.DoesNotContain(planted, await running.Gateway.GetStringAsync(path), StringComparison.Ordinal);
        foreach (var table in await TablesAsync(running))
            Assert.Equal(0L, await Traffic.QueryAsync(running.Servers.PostgresConnectionString, $"select count(*) from {table} t where t::text like '%{planted}%'"));
        foreach (var file in Directory.EnumerateFiles(running.Folder, "*", SearchOption.AllDirectories))
            Assert.False((await ReadAsync(file)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(planted)) >= 0, file);
    }

    private static async Task<string[]> TablesAsync(RunningPlatform running) => ((string)(await Traffic.QueryAsync(running.Servers.PostgresConnectionString,
        "select string_agg(format('%I.%I', table_schema, table_name), ';') from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')"))!).Split(';');

    // A server writes while we read, and takes files away.
    private static async Task<byte[]> ReadAsync(string file)
    {
        try
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content);
            return content.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
