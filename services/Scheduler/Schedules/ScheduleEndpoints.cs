using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler.Schedules;

internal static class ScheduleEndpoints
{
    private const string Path = "/api/load-testing/schedules";

    public static void MapSchedules(this WebApplication app)
    {
        new ScheduleKind().Map(app, Path);
        app.MapGet(Path, ListAsync);
        app.MapPost($"{Path}/{{id:guid}}/run-now", RunNowAsync);
    }

    private static async Task<JsonObject> ListAsync(
        IQuerySession session, string? configurationId, string? active, string? limit, string? cursor, CancellationToken cancellation)
    {
        var filter = ListFilter.ByActive(active).AddIf(ListFilter.Id("configurationId", configurationId, "a configuration"), "d.data -> 'body' ->> 'configuration_id' = ?");
        return (await Page.ReadAsync<Schedule>(session, filter, limit, cursor, cancellation)).ToJson("schedules");
    }

    private static async Task<IResult> RunNowAsync(
        HttpContext http, Guid id, IConfigurationClient configurations, RunRequests requests, IDocumentStore store, IQuerySession session, TimeProvider time)
    {
        var schedule = await session.LoadAsync<Schedule>(id, http.RequestAborted) ?? throw RefusalException.NotFound("schedule", id);
        schedule.MustBeActive("schedule");
        var asked = await requests.AskAsync(http, $"schedule {id}", async () =>
            new NewRun(await configurations.RunnableAsync(schedule.Body.ConfigurationId, new Dictionary<string, string?>(), http.RequestAborted).OrRefuseAsync(), null));
        var by = InternalIdentity.CallerOf(http).User;
        if (!asked.Before)
            await SideEvent.AppendAsync<Schedule>(store, id, new ScheduleRan(asked.Execution.Id, by, time.GetUtcNow()), by, http.RequestAborted);
        return ExecutionEndpoints.Accepted(time, asked);
    }
}

internal sealed class ScheduleKind : ResourceKind<Schedule, ScheduleBody>
{
    public override string Name => "schedule";

    public override IReadOnlyList<string> ShownMembers => ["next_run_at", "last_execution_id"];

    public override ScheduleBody Read(DocumentNode node) => ScheduleBody.Read(node);

    public override string NameOf(ScheduleBody body) => $"{body.CronExpression} {body.TimeZone}";

    // A configuration may be run at as many times as one likes.
    public override string? KeyOf(ScheduleBody body) => null;

    public override ScheduleBody BodyOf(Schedule resource) => resource.Body;

    public override object Created(Guid id, ScheduleBody body, string by, DateTimeOffset at) => new ScheduleCreated(id, body, by, at);

    public override object Changed(ScheduleBody body, string by, DateTimeOffset at) => new ScheduleChanged(body, by, at);

    public override object Deactivated(string by, DateTimeOffset at) => new ScheduleDeactivated(by, at);

    // What could not be run by its author now will not run at night either.
    public override async Task CheckAsync(Proposal<Schedule, ScheduleBody> proposal)
    {
        var id = proposal.Body.ConfigurationId;
        if (id == Guid.Empty)
            return;
        try
        {
            var configurations = proposal.Http.RequestServices.GetRequiredService<IConfigurationClient>();
            await configurations.RunnableAsync(id, new Dictionary<string, string?> { ["anytime"] = "true" }, proposal.Http.RequestAborted).OrRefuseAsync();
        }
        catch (RefusalException e) when (e.Status is StatusCodes.Status400BadRequest or StatusCodes.Status404NotFound or StatusCodes.Status409Conflict)
        {
            proposal.Errors.Add("configuration_id", $"names nothing that can be run: {e.Message.TrimEnd('.')}");
        }
    }
}
