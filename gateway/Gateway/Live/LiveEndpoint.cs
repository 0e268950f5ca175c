using System.Globalization;
using Loadstone.Contracts;
using Loadstone.Gateway.Api;
using Loadstone.ServiceHost;

namespace Loadstone.Gateway.Live;

internal static class LiveEndpoint
{
    private const string LastEventId = "Last-Event-ID";

    public static void AddLive(this WebApplicationBuilder builder)
    {
        builder.AddInternalClient<ISchedulerClient>("LOADSTONE_SCHEDULER_URL");
        builder.AddInternalClient<IIngestionClient>("LOADSTONE_INGESTION_URL");
        builder.AddInternalClient<IAlertingClient>("LOADSTONE_ALERTING_URL");
        builder.Services.AddSingleton<Watchers>();
        builder.AddBus(bus => bus.Own("gateway-live", [typeof(RunConsumer)]));
    }

    public static void MapLive(this WebApplication app) => app.MapOperation("watchExecution", LiveAsync);

    private static async Task LiveAsync(
        Guid id, HttpContext http, Watchers watchers, ISchedulerClient scheduler, IIngestionClient ingestion, IAlertingClient alerting,
        IHostApplicationLifetime life)
    {
        var last = ReadLast(http.Request.Headers[LastEventId]);
        // Before anything is asked, so that nothing falls between the answers and what is heard.
        using var watcher = watchers.TryAdd(id)
            ?? throw new RefusalException(StatusCodes.Status503ServiceUnavailable, "There are too many live connections; try again.");
        var answer = await scheduler.StateAsync(id, http.RequestAborted);
        if (!answer.ResponseMessage.IsSuccessStatusCode)
            throw answer.ResponseMessage.StatusCode == System.Net.HttpStatusCode.NotFound
                ? RefusalException.NotFound("execution", id)
                : new RefusalException((int)answer.ResponseMessage.StatusCode, "The execution cannot be read now; try again.");
        var state = answer.GetContent();
        if (state.IsOver && last is { } seen && (await ingestion.SecondsAsync(id, seen, http.RequestAborted)).Count == 0)
        {
            // The one answer that keeps a browser from coming back.
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, watcher.TooSlow, life.ApplicationStopping);
        await ShowAsync(new LiveView(watcher, last ?? -1, new EventWriter(http.Response), scheduler, ingestion, alerting), state, http, ending.Token);
    }

    // Whatever ends it in the middle, the reader comes back with the last second he has.
    private static async Task ShowAsync(LiveView view, ExecutionStateChanged state, HttpContext http, CancellationToken ending)
    {
        try
        {
            await view.ShowAsync(state, ending);
        }
        catch (Exception e) when (http.Response.HasStarted && (ending.IsCancellationRequested || BusTopology.IsPassing(e)))
        {
            http.Abort();
        }
    }

    private static int? ReadLast(string? given)
    {
        if (string.IsNullOrEmpty(given))
            return null;
        return int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var second) && second >= -1
            ? second
            : throw RefusalException.Field(LastEventId, "must be the id of an event of this feed");
    }
}
