using Loadstone.Alerting.Subscriptions;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting.Errors;

internal static class ErrorEndpoints
{
    public static void MapErrors(this WebApplication app)
    {
        var group = app.MapGroup("/api/load-testing/errors");
        group.MapGet("", ListAsync);
        group.MapPost("{id:guid}/replay", ReplayAsync);
    }

    private static async Task<ErrorsAnswer> ListAsync(
        IQuerySession session, string? status, string? queue, string? limit, string? cursor, CancellationToken cancellation)
    {
        if (queue is not null && !ErrorQueues.Queues.Contains(queue) && AlertSubscription.OfQueue(queue) is null)
            throw RefusalException.Field("queue", $"must be one of {string.Join(", ", ErrorQueues.Queues)}, or the queue of a subscription");
        var filter = new ListFilter()
            .AddIf(ListFilter.OneOf<FailedMessageStatus>("status", status), "d.data ->> 'status' = ?")
            .AddIf(queue, "d.data -> 'failure' ->> 'queue' = ?");
        var (found, next) = await Page.NewestAsync<FailedMessage>(
            session, filter, limit, cursor, "d.data -> 'failure' ->> 'failed_at'", m => (m.Id, m.Failure.FailedAt), cancellation);
        return new ErrorsAnswer(true, [.. found.Select(ErrorResource.Of)], next);
    }

    private static async Task<IResult> ReplayAsync(Guid id, HttpContext http, IDocumentStore store, TimeProvider time)
    {
        var by = InternalIdentity.CallerOf(http).User;
        await using var session = store.LightweightSession();
        var stream = await session.Events.FetchForWriting<FailedMessage>(id, http.RequestAborted);
        var message = stream.Aggregate ?? throw RefusalException.NotFound("error", id);
        if (AlertSubscription.OfQueue(message.Failure.Queue) is { } of)
            (await session.LoadAsync<AlertSubscription>(of, http.RequestAborted))?.MustBeActive("subscription");
        var replayed = FailedMessage.ReplayedBy(message, by, time.GetUtcNow());
        session.SetHeader("actor", by);
        stream.AppendOne(replayed);
        try
        {
            await session.SaveChangesAsync(http.RequestAborted);
        }
        catch (ConcurrencyException)
        {
            throw RefusalException.Conflict("Somebody else has just replayed the message.");
        }

        return Results.Accepted(value: new ErrorAnswer(true, ErrorResource.Of(FailedMessage.Apply(replayed, message)), $"The message is sent to {message.Failure.Queue} once more."));
    }
}

[Envelope]
internal sealed record ErrorsAnswer(bool Success, IReadOnlyList<ErrorResource> Errors, string? NextCursor);

[Envelope]
internal sealed record ErrorAnswer(bool Success, ErrorResource Error, string Message);

/// <summary>A message that could not be handled, as callers see it: never its content.</summary>
internal sealed record ErrorResource(
    Guid Id, string Queue, string? MessageType, string? MessageId, string ErrorType, string Reason, int Attempts, DateTimeOffset FailedAt, Guid? ReplayOf,
    FailedMessageStatus Status, DateTimeOffset? ReplayedAt, string? ReplayedBy)
{
    public static ErrorResource Of(FailedMessage message)
    {
        var (failure, replay) = (message.Failure, message.Replay);
        return new ErrorResource(
            message.Id, failure.Queue, failure.MessageType, failure.MessageId, failure.ErrorType, failure.Reason, failure.Attempts, failure.FailedAt,
            failure.ReplayOf, message.Status, replay?.At, replay?.By);
    }
}
