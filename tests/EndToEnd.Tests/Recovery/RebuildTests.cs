using System.Text.Json.Nodes;
using Loadstone.Local;
using Npgsql;

namespace Loadstone.EndToEnd.Tests.Recovery;

/// <summary>Whatever is made of streams and windows can be made again, and says the same.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class RebuildTests(RunningPlatform running)
{
    private static readonly Dictionary<string, string> Spoil = new()
    {
        ["scheduler.mt_doc_execution"] = """update scheduler.mt_doc_execution set data = jsonb_set(data, '{status}', '"failed"') where id = $1""",
        ["ingestion.runs"] = "update ingestion.runs set total = '{}', gaps = array['none'] where execution_id = $1",
        ["ingestion.shards"] = "delete from ingestion.shards where execution_id = $1",
        ["ingestion.closed_seconds"] = "update ingestion.closed_seconds set window_json = (select window_json from ingestion.closed_seconds where execution_id = $1 and second = 2) where execution_id = $1 and second = 1",
        ["analysis.mt_doc_judgement"] = "delete from analysis.mt_doc_judgement where id = $1",
        ["analysis.mt_doc_report"] = "delete from analysis.mt_doc_report where data ->> 'execution_id' = $1::uuid::text",
        ["alerting.mt_doc_alert"] = "delete from alerting.mt_doc_alert where data -> 'raised' ->> 'execution_id' = $1::uuid::text",
    };

    [Fact]
    public async Task Every_read_model_comes_out_the_same_and_a_spoiled_row_is_found_and_put_right()
    {
        var execution = await running.RunAsync(RunningPlatform.Plan(""" "duration": "4s", "success_criteria": { "max_p95_response_time": 0.001 } """));
        var answers = await AskAsync(execution.Id);
        var instances = running.Platform.Instances.ToList();
        await Task.WhenAll(instances.Select(running.Platform.KillAsync));

        var (_, first) = await RebuildAsync();
        await SpoilAsync(execution.Id);
        var (differs, second) = await RebuildAsync();
        await Task.WhenAll(instances.Select(name => running.Platform.RestartAsync(name, CancellationToken.None)));

        // Reports of an earlier version of this program, which the database may have, find less than today's.
        Assert.Empty(Differing(first).Except(["analysis.mt_doc_report"]));
        Assert.Equal(1, differs);
        Assert.Equal(Spoil.Keys.Order(), Differing(second));
        Assert.Contains(execution.Id.ToString(), second.ToJsonString());
        var after = await AskAsync(execution.Id);
        Assert.All(answers, a => Assert.Equal(a.Value, after[a.Key]));
    }

    [Fact]
    public async Task A_platform_at_work_is_not_rebuilt()
    {
        await using var rebuild = Start("");

        Assert.Equal(2, await rebuild.ExitedWithinAsync(RunningPlatform.Longest, CancellationToken.None));
        Assert.Contains("Services are at work on this database", rebuild.LogTail);
    }

    private static IEnumerable<string> Differing(JsonNode result) =>
        result["tables"]!.AsArray().Where(t => t!["differing"]!.GetValue<long>() > 0).Select(t => t!["table"]!.ToString()).Order();

    private async Task<Dictionary<string, string>> AskAsync(Guid id)
    {
        var run = $"/api/load-testing/executions/{id}";
        string[] paths =
        [
            $"{run}/status", $"{run}/events", $"{run}/metrics?granularity=second", $"{run}/endpoints", $"{run}/report", $"{run}/report?format=html", $"{run}/judgements",
            $"/api/load-testing/alerts?executionId={id}", "/api/load-testing/configurations", "/api/load-testing/environments", "/api/load-testing/benchmarks",
        ];
        var answers = new Dictionary<string, string>();
        foreach (var path in paths)
            answers[path] = await running.Gateway.GetStringAsync(path);
        Assert.NotEmpty(JsonNode.Parse(answers[paths[7]])!["alerts"]!.AsArray());
        return answers;
    }

    private async Task SpoilAsync(Guid id)
    {
        await using var database = NpgsqlDataSource.Create(running.Servers.PostgresConnectionString);
        foreach (var sql in Spoil.Values)
        {
            await using var command = database.CreateCommand(sql);
            command.Parameters.Add(new NpgsqlParameter { Value = id });
            Assert.True(await command.ExecuteNonQueryAsync() > 0, sql);
        }
    }

    private async Task<(int ExitCode, JsonNode Result)> RebuildAsync()
    {
        var result = Path.GetTempFileName();
        await using var rebuild = Start(result);
        var exitCode = await rebuild.ExitedWithinAsync(TimeSpan.FromMinutes(3), CancellationToken.None);
        Assert.True(exitCode is 0 or 1, rebuild.LogTail);
        var written = JsonNode.Parse(await File.ReadAllTextAsync(result))!;
        File.Delete(result);
        return (exitCode, written);
    }

    private ChildProcess Start(string result) => ChildProcess.Start(new ChildCommand(
        "dotnet", [typeof(LocalServers).Assembly.Location, "rebuild", "test-rebuild", .. result.Length > 0 ? new[] { "--json", result } : []])
    {
        Environment = new Dictionary<string, string> { [LocalServers.PostgresVariable] = running.Servers.PostgresConnectionString },
    });
}
