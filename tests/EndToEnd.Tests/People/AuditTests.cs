using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Local.Tests;
using Npgsql;

namespace Loadstone.EndToEnd.Tests.People;

/// <summary>Who did what (R14.4), and that no secret is in it (R9.4).</summary>
[Collection(nameof(RunningPlatform))]
public sealed class AuditTests(RunningPlatform running)
{
    private const string Configurations = "/api/load-testing/configurations";

    [Fact]
    public async Task What_was_done_is_in_the_log_before_its_answer()
    {
        var person = await running.NewPersonAsync("engineer");
        using var caller = running.Caller(person.Tokens.AccessToken);
        caller.DefaultRequestHeaders.UserAgent.ParseAdd("tests/1.0");
        var made = JsonNode.Parse(await (await caller.PostAsJsonAsync(Configurations, RunningPlatform.Plan())).Content.ReadAsStringAsync())!["configuration"]!;
        using var delete = new HttpRequestMessage(HttpMethod.Delete, $"{Configurations}/{made["id"]}");
        delete.Headers.Add("If-Match", "\"1\"");
        await caller.SendAsync(delete);

        var lines = await LinesOfAsync(person.Name);

        Assert.Equal(
            [("deleteConfiguration", made["id"]!.ToString(), 200, "done"), ("createConfiguration", null, 201, "done"), ("signIn", null, 200, "done")],
            lines.Select(l => (l.Operation!, l.Resource, l.Status, l.Outcome)));
        Assert.Equal(("127.0.0.1", "tests/1.0", "token", "POST", Configurations), (lines[1].Address, lines[1].UserAgent, lines[1].Via, lines[1].Method, lines[1].Path));
        Assert.NotNull(lines[1].TraceId);
    }

    [Fact]
    public async Task Who_was_refused_is_in_the_log()
    {
        var viewer = await running.NewKeyAsync("viewer");
        using var caller = running.Caller(viewer.Secret);
        using var nobody = running.Caller(null);
        var person = await running.NewPersonAsync("viewer");

        await caller.PostAsJsonAsync(Configurations, RunningPlatform.Plan());
        await caller.PostAsJsonAsync(Configurations, RunningPlatform.Plan());
        await nobody.PostAsJsonAsync("/api/auth/sign-in", new { name = person.Name, password = "wrong password" });
        await nobody.DeleteAsync($"/api/users/{person.Id}");

        Assert.Equal([(403, "refused"), (403, "refused")], (await LinesOfAsync($"key:{viewer.Key.Name}")).Select(l => (l.Status, l.Outcome)));
        var refusals = (await running.Api.AuditAsync(null, null, "refused", 200, null, CancellationToken.None)).Entries;
        Assert.Contains(refusals, l => l is { Operation: "signIn", Status: 401, User: null });
        Assert.Contains(refusals, l => l is { Operation: "deactivateUser", Status: 401, User: null, Via: "none" });
    }

    [Fact]
    public async Task Who_read_a_report_is_in_the_log_once_a_minute()
    {
        var run = await running.RunAsync(RunningPlatform.Plan(""" "duration": "1s" """));
        var key = await running.NewKeyAsync("viewer");
        using var reader = running.Caller(key.Secret);
        for (var n = 0; n < 3; n++)
            Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync($"/api/load-testing/executions/{run.Id}/report?format=html")).StatusCode);
        await reader.GetAsync($"/api/load-testing/executions/{run.Id}/metrics");
        await reader.GetAsync(Configurations);

        await RunningPlatform.UntilAsync(async () => (await LinesOfAsync($"key:{key.Key.Name}")).Count >= 2);
        Assert.Equal(
            [("listMetrics", run.Id.ToString()), ("getExecutionReport", run.Id.ToString())],
            (await LinesOfAsync($"key:{key.Key.Name}")).Select(l => (l.Operation!, l.Resource!)));
    }

    [Theory]
    [InlineData("update gateway.audit set user_name = 'somebody else'")]
    [InlineData("delete from gateway.audit")]
    [InlineData("truncate gateway.audit")]
    public async Task The_log_cannot_be_changed(string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Traffic.QueryAsync(running.Servers.PostgresConnectionString, sql));

        Assert.Equal("the audit log is append-only", refused.MessageText);
    }

    [Fact]
    public async Task The_log_is_read_page_by_page_and_by_admins_only()
    {
        var key = await running.NewKeyAsync("engineer");
        using var caller = running.Caller(key.Secret);
        for (var n = 0; n < 5; n++)
            await caller.PostAsJsonAsync(Configurations, RunningPlatform.Plan());

        var read = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await running.Api.AuditAsync($"key:{key.Key.Name}", "createConfiguration", null, 2, cursor, CancellationToken.None);
            read.AddRange(page.Entries.Select(e => e.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal((5, 5), (read.Count, read.Distinct().Count()));
        Assert.Equal(HttpStatusCode.Forbidden, (await caller.GetAsync("/api/audit")).StatusCode);
        foreach (var bad in new[] { "limit=0", "cursor=x", "from=yesterday", "outcome=fine" })
            Assert.Equal(HttpStatusCode.BadRequest, (await running.Gateway.GetAsync($"/api/audit?{bad}")).StatusCode);
    }

    [Fact]
    public async Task No_secret_that_passes_the_door_is_kept_behind_it()
    {
        var key = await running.NewKeyAsync("engineer");
        var person = await running.NewPersonAsync("viewer");
        var planted = $"planted{Guid.NewGuid():N}";
        using var caller = running.Caller(key.Secret);
        using var nobody = running.Caller(null);
        await nobody.PostAsJsonAsync("/api/auth/sign-in", new { name = planted, password = planted });
        await nobody.PostAsJsonAsync("/api/auth/sign-in", new { name = person.Name, password = planted });
        await nobody.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = planted });
        await caller.GetAsync($"/api/load-testing/executions?cursor={planted}");
        await caller.DeleteAsync($"/api/keys/{key.Secret}");
        await caller.PostAsync($"/api/audit/{key.Secret}", new StringContent(planted));
        caller.DefaultRequestHeaders.Add("Cookie", $"loadstone={planted}");
        await caller.PostAsJsonAsync(Configurations, RunningPlatform.Plan());

        string[] secrets = [planted, key.Secret, person.Password, person.Tokens.AccessToken, person.Tokens.RefreshToken, running.Platform.Key];
        foreach (var secret in secrets)
        {
            foreach (var table in new[] { "users", "sessions", "api_keys", "audit" })
                Assert.Equal(0L, await Traffic.QueryAsync(running.Servers.PostgresConnectionString, $"select count(*) from gateway.{table} t where t::text like '%{secret}%'"));
            Assert.All(Directory.GetFiles(running.Logs), log => Assert.DoesNotContain(secret, ReadShared(log)));
        }
    }

    private async Task<IReadOnlyList<AuditEntryView>> LinesOfAsync(string user) =>
        (await running.Api.AuditAsync(user, null, null, 200, null, CancellationToken.None)).Entries;

    private static string ReadShared(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }
}
