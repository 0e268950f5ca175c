using System.Buffers;
using System.Text;

namespace Loadstone.SampleTarget;

/// <summary>Notifications as a list, and as server-sent events.</summary>
internal static class Notifications
{
    private static readonly string[] Kinds = ["guest answered", "payment received", "supplier replied", "appointment moved"];

    private static readonly Listing<Notification> All = new([.. Enumerable.Range(1, 100).Select(id =>
        new Notification(id, Kinds[id % Kinds.Length], $"Notification {id}: {Kinds[id % Kinds.Length]}.", Unread: id % 3 == 0))]);

    public static void MapNotifications(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/notifications", All.PageAsync);
        routes.MapGet("/api/notifications/stream", StreamAsync);
        routes.MapPost("/api/notifications/{id:int}/read", (int id) => id >= 1 && id <= All.Items.Count
            ? Answer.Json(All.Items[id - 1] with { Unread = false })
            : Answer.NotFound("such notification"));
    }

    /// <summary>One event at once and one each `interval_ms` after it, `count` in all or until the client goes.</summary>
    private static async Task StreamAsync(HttpContext context)
    {
        var intervalMs = Query.Whole(context, "interval_ms", absent: 1000, least: 1, most: 60_000);
        var count = Query.Whole(context, "count", absent: int.MaxValue, least: 1, most: int.MaxValue);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(intervalMs));
        for (var id = 1; ; id++)
        {
            Write(context.Response.BodyWriter, id);
            if (id == count) return;
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            await pace.WaitForNextTickAsync(context.RequestAborted);
        }
    }

    private static void Write(IBufferWriter<byte> body, int id)
    {
        var notification = All.Items[id % All.Items.Count];
        Encoding.UTF8.GetBytes($"id: {id}\nevent: notification\ndata: ", body);
        body.Write(Scratch.Json(notification, Wire.Default.Notification));
        body.Write("\n\n"u8);
    }
}

internal sealed record Notification(int Id, string Kind, string Text, bool Unread);
