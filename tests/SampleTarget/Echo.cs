namespace Loadstone.SampleTarget;

/// <summary>/ws/echo sends each message back as it came, text or binary.</summary>
internal static class Echo
{
    public static void MapEcho(this IEndpointRouteBuilder routes, Counts counts) =>
        routes.MapGet("/ws/echo", (RequestDelegate)(context => Sockets.ServeAsync(context, counts, socket =>
            Sockets.ReadAllAsync(socket, counts, Reply(socket), context.RequestAborted))));

    private static MessageHandler Reply(System.Net.WebSockets.WebSocket socket) =>
        (message, type, aborted) => socket.SendAsync(message, type, endOfMessage: true, aborted);
}
