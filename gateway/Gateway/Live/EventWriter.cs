using System.Text.Json;
using Loadstone.ServiceHost;

namespace Loadstone.Gateway.Live;

/// <summary>Writes server-sent events (WHATWG HTML §9.2). Every write goes out at once.</summary>
internal sealed class EventWriter(HttpResponse response)
{
    public Task BeginAsync(CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would collect what is to be seen now
        return CommentAsync("live", cancellation);
    }

    public Task CommentAsync(string text, CancellationToken cancellation) => SendAsync($": {text}\n\n", cancellation);

    public Task EventAsync(string type, int? id, object data, CancellationToken cancellation) =>
        SendAsync($"event: {type}\n{(id is { } last ? $"id: {last}\n" : "")}data: {JsonSerializer.Serialize(data, data.GetType(), Envelope.Options)}\n\n", cancellation);

    private async Task SendAsync(string text, CancellationToken cancellation)
    {
        await response.WriteAsync(text, cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}
