using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace Loadstone.EndToEnd.Tests.Recovery;

/// <summary>Messages that could not be handled: listed with their reason, and tried once more.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class ErrorTests(RunningPlatform running)
{
    private const string Api = "/api/load-testing/errors";

    [Fact]
    public async Task A_message_that_nobody_can_read_is_listed_once_with_its_reason_however_many_instances_look()
    {
        await running.Platform.StartAnotherAsync("alerting", new Dictionary<string, string>(), CancellationToken.None);
        var ids = Enumerable.Range(0, 20).Select(_ => Guid.NewGuid().ToString()).ToList();
        foreach (var (id, i) in ids.Select((id, i) => (id, i)))
            await Poison.PublishAsync(running, i % 2 == 0 ? "ingestion" : "analysis", id, i % 2 == 0 ? "ShardFinished" : "NobodyKnowsThis");

        await RunningPlatform.UntilAsync(async () => ids.All((await ListAsync()).Select(MessageIdOf).Contains));

        var mine = (await ListAsync()).Where(e => ids.Contains(MessageIdOf(e))).ToList();
        Assert.Equal(ids.Order(), mine.Select(MessageIdOf).Order());
        Assert.Equal(mine.Select(e => e["failed_at"]!.ToString()).OrderDescending(), mine.Select(e => e["failed_at"]!.ToString()));
        var unread = mine.First(e => e["queue"]!.ToString() == "ingestion");
        Assert.Equal(("ShardFinished", "failed", 1), (unread["message_type"]!.ToString(), unread["status"]!.ToString(), unread["attempts"]!.GetValue<int>()));
        Assert.DoesNotContain("   at ", unread["reason"]!.ToString());
        var skipped = mine.First(e => e["queue"]!.ToString() == "analysis");
        Assert.Equal(("NobodyKnowsThis", "nobody who reads the queue handles messages of this type"), (skipped["message_type"]!.ToString(), skipped["reason"]!.ToString()));
    }

    [Fact]
    public async Task A_message_that_can_be_handled_by_now_is_handled_by_its_replay_and_sent_no_second_time()
    {
        var (id, execution) = (Guid.NewGuid().ToString(), Guid.NewGuid());
        await DatabaseAsync($"alter table ingestion.shards add constraint not_this_one check (execution_id <> '{execution}')");
        try
        {
            await Poison.PublishAsync(running, "ingestion", id, message: $$"""
                { "executionId": "{{execution}}", "shard": 0, "day": "2030-01-01", "lastSequence": -1, "sent": 0, "ended": 0, "cancelled": false }
                """);
            await RunningPlatform.UntilAsync(async () => await FindAsync(id) is not null);
        }
        finally
        {
            await DatabaseAsync("alter table ingestion.shards drop constraint not_this_one");
        }

        var error = (await FindAsync(id))!;
        Assert.Equal("PostgresException", error["error_type"]!.ToString());
        Assert.Contains("not_this_one", error["reason"]!.ToString());
        Assert.Equal(0L, await DatabaseAsync($"select count(*) from ingestion.shards where execution_id = '{execution}'"));

        var path = $"{Api}/{error["id"]}/replay";
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => running.Gateway.PostAsync(path, null)));
        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.Conflict], answers.Select(a => a.StatusCode).Order());
        await RunningPlatform.UntilAsync(async () => await DatabaseAsync($"select count(*) from ingestion.shards where execution_id = '{execution}'") is 1L);

        var after = (await FindAsync(id))!;
        Assert.Equal(("replayed", "local"), (after["status"]!.ToString(), after["replayed_by"]!.ToString()));
        Assert.NotNull(after["replayed_at"]);
        // A run that nobody asked for: what was told of it goes too, or a rebuild makes it again.
        foreach (var table in new[] { "runs", "shards", "told" })
            await DatabaseAsync($"delete from ingestion.{table} where execution_id = '{execution}'");
    }

    [Fact]
    public async Task A_replay_that_fails_again_is_an_error_of_its_own_that_knows_the_first()
    {
        var id = Guid.NewGuid().ToString();
        await Poison.PublishAsync(running, "analysis", id, "MetricsSealed");
        await RunningPlatform.UntilAsync(async () => await FindAsync(id) is not null);
        var first = (await FindAsync(id))!;

        Assert.Equal(HttpStatusCode.Accepted, (await running.Gateway.PostAsync($"{Api}/{first["id"]}/replay", null)).StatusCode);
        await RunningPlatform.UntilAsync(async () => (await FindAsync(id))!["id"]!.ToString() != first["id"]!.ToString());

        var second = (await FindAsync(id))!;
        Assert.Equal((first["id"]!.ToString(), 2), (second["replay_of"]!.ToString(), second["attempts"]!.GetValue<int>()));
        Assert.DoesNotContain((await ListAsync("?status=failed&queue=analysis&limit=200")), e => e["id"]!.ToString() == first["id"]!.ToString());
    }

    [Fact]
    public async Task Only_engineers_see_them_and_what_is_not_there_cannot_be_replayed()
    {
        using var viewer = running.Caller((await running.NewKeyAsync("viewer")).Secret);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync(Api)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await running.Gateway.PostAsync($"{Api}/{Guid.NewGuid()}/replay", null)).StatusCode);
    }

    private async Task<List<JsonNode>> ListAsync(string query = "?limit=200") =>
        [.. (await running.Gateway.GetFromJsonAsync<JsonNode>(Api + query))!["errors"]!.AsArray().Select(e => e!)];

    // The newest of the message.
    private async Task<JsonNode?> FindAsync(string messageId) => (await ListAsync()).FirstOrDefault(e => MessageIdOf(e) == messageId);

    private static string MessageIdOf(JsonNode error) => error["message_id"]?.ToString() ?? "";

    private async Task<object?> DatabaseAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(running.Servers.PostgresConnectionString);
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
