namespace Loadstone.SampleTarget;

/// <summary>Meets every request between routing and its route: counts it, lets the knobs spoil it, books how it ended.</summary>
/// <remarks>
/// An answer is booked before its last bytes leave: handlers never flush the last piece they write, that is done here or by the
/// server afterwards. So a client that has read a whole answer finds it booked in the counts.
/// </remarks>
internal sealed class FrontDoor(RequestDelegate next, Counts counts, Knobs knobs)
{
    public Task EnterAsync(HttpContext context)
    {
        var route = RouteOf(context);
        var arrival = counts.Arrive(route);
        if (Sockets.MayBeOne(context)) context.Features.Set<Arrival?>(arrival);
        if (route.IsCounted && knobs.Misbehaviour is { } spoil && spoil.Concerns(context.Request.Path))
            return SpoilAsync(context, route, arrival, spoil);

        var answer = AnswerAsync(context, route);
        if (!answer.IsCompletedSuccessfully || context.Response.HasStarted) return FinishAsync(context, arrival, answer);
        arrival.Answered(context.Response.StatusCode);
        return Task.CompletedTask;
    }

    private static CountedRoute RouteOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<CountedRoute>() ?? CountedRoute.Unmatched;

    /// <summary>The route's answer; a refusal thrown before the first await becomes a failed task like any other.</summary>
    private Task AnswerAsync(HttpContext context, CountedRoute route)
    {
        try
        {
            return route == CountedRoute.Unmatched ? NoRouteAsync(context) : next(context);
        }
        catch (Exception refusal) when (refusal is not OutOfMemoryException)
        {
            return Task.FromException(refusal);
        }
    }

    /// <summary>The server has decided between 404 and 405 (with Allow); here it gets a body.</summary>
    private async Task NoRouteAsync(HttpContext context)
    {
        await next(context);
        var detail = $"Nothing answers {context.Request.Method} {context.Request.Path}.";
        await Answer.Problem(context.Response.StatusCode, detail).ExecuteAsync(context);
    }

    private async Task SpoilAsync(HttpContext context, CountedRoute route, Arrival arrival, Misbehaviour spoil)
    {
        var turn = spoil.NextTurn();
        if (!spoil.Drops(turn))
        {
            await FinishAsync(context, arrival, LateAsync(context, route, spoil, turn));
            return;
        }
        arrival.Dropped();
        context.Abort();
    }

    private async Task LateAsync(HttpContext context, CountedRoute route, Misbehaviour spoil, long turn)
    {
        await spoil.HoldAsync(turn, context.RequestAborted);
        if (spoil.Fails(turn)) await Answer.Problem(500, "The knobs asked for an error.").ExecuteAsync(context);
        else await AnswerAsync(context, route);
    }

    private static async Task FinishAsync(HttpContext context, Arrival arrival, Task answer)
    {
        var clientHasGone = await ClientLeftAsync(context, answer);
        // A WebSocket was booked when it was accepted; what happens on it afterwards is no answer.
        if (context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols) return;
        if (clientHasGone)
        {
            arrival.AbortedByClient();
            return;
        }
        arrival.Answered(context.Response.StatusCode);
        // Kestrel itself flushes a body of known length only if nothing of the answer has left yet.
        if (context.Response.HasStarted) await context.Response.BodyWriter.FlushAsync();
    }

    /// <summary>Waits for the answer, and makes one of what was thrown instead of it.</summary>
    private static async Task<bool> ClientLeftAsync(HttpContext context, Task answer)
    {
        try
        {
            await answer;
            return context.RequestAborted.IsCancellationRequested;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            if (context.RequestAborted.IsCancellationRequested || IsBrokenConnection(failure)) return true;
            await ExplainAsync(context, failure);
            return false;
        }
    }

    // The body's reader may hear of a broken connection before RequestAborted does.
    private static bool IsBrokenConnection(Exception failure) => failure is IOException and not BadHttpRequestException
        || failure is BadHttpRequestException { Message: "Unexpected end of request content." };

    private static Task ExplainAsync(HttpContext context, Exception failure)
    {
        var nothingWritten = !context.Response.HasStarted && context.Response.BodyWriter.UnflushedBytes == 0;
        if (nothingWritten) return Answer.Refusal(failure).ExecuteAsync(context);
        context.Abort();
        return Task.CompletedTask;
    }
}
