using System.Net;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Resources;

/// <summary>Schedules: of a configuration that can be run, with their next time, and run at once on demand.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class ScheduleTests(RunningPlatform running)
{
    private const string Path = "/api/load-testing/schedules";

    [Fact]
    public async Task A_schedule_shows_when_it_is_due_and_is_off_when_it_is_not_in_use()
    {
        var schedule = await CreateAsync(await ConfigurationAsync());
        var next = schedule["next_run_at"]!.GetValue<DateTimeOffset>();
        Assert.Equal((DayOfWeek.Sunday, 2, 0), (next.UtcDateTime.DayOfWeek, next.UtcDateTime.Hour, next.UtcDateTime.Minute));
        Assert.InRange(next, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(8));
        Assert.Equal(("UTC", "skip", "skip"), (schedule["time_zone"]!.ToString(), schedule["missed_runs"]!.ToString(), schedule["overlapping_runs"]!.ToString()));

        schedule["is_active"] = false;
        var (status, off) = await running.Gateway.CallAsync(HttpMethod.Put, $"{Path}/{schedule["id"]}", schedule);
        Assert.Equal((HttpStatusCode.OK, null), (status, off["schedule"]!["next_run_at"]));
        Assert.Equal(HttpStatusCode.Conflict, (await running.Gateway.CallAsync(HttpMethod.Post, $"{Path}/{schedule["id"]}/run-now")).Status);
        schedule["is_active"] = true;
        Assert.NotNull((await running.Gateway.CallAsync(HttpMethod.Put, $"{Path}/{schedule["id"]}", schedule, "*")).Body["schedule"]!["next_run_at"]);
    }

    [Fact]
    public async Task Every_bad_member_is_named()
    {
        var (status, problem) = await running.Gateway.CallAsync(HttpMethod.Post, Path, new JsonObject
        {
            ["configuration_id"] = Guid.NewGuid().ToString(),
            ["cron_expression"] = "0 2 * * 9",
            ["time_zone"] = "Nowhere",
            ["missed_runs"] = "never",
        });

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(["configuration_id", "cron_expression", "missed_runs", "time_zone"], problem["errors"]!.AsObject().Select(e => e.Key).Order());
    }

    [Fact]
    public async Task Running_it_now_starts_one_run_and_makes_no_authors_copy_stale()
    {
        var configuration = await ConfigurationAsync();
        var schedule = await CreateAsync(configuration);
        var (status, answer) = await running.Gateway.CallAsync(HttpMethod.Post, $"{Path}/{schedule["id"]}/run-now");
        var execution = answer["execution"]!.AsObject();
        var (_, listed) = await running.Gateway.CallAsync(HttpMethod.Get, $"{Path}?configurationId={configuration}");

        Assert.Equal((HttpStatusCode.Accepted, configuration, "scheduled"), (status, execution["configuration_id"]!.ToString(), execution["status"]!.ToString()));
        var shown = Assert.Single(listed["schedules"]!.AsArray())!;
        Assert.Equal((execution["id"]!.ToString(), 1), (shown["last_execution_id"]!.ToString(), shown["version"]!.GetValue<int>()));
        Assert.Equal("completed", (await running.EndOfAsync(execution["id"]!.GetValue<Guid>())).Status);
    }

    private async Task<string> ConfigurationAsync() => (await running.Api.CreateConfigurationAsync(
        RunningPlatform.Plan(""" "duration": "1s" """), CancellationToken.None)).Configuration["id"]!.ToString();

    private Task<JsonObject> CreateAsync(string configuration) => running.Gateway.CreateAsync(
        Path, "schedule", $$"""{ "configuration_id": "{{configuration}}", "cron_expression": "0 2 * * 0" }""");
}
