using Loadstone.ServiceHost;

namespace Loadstone.Resources;

/// <summary>What happened to one thing, in order.</summary>
/// <param name="Success">True.</param>
/// <param name="Events">The events of its stream.</param>
[Envelope]
public sealed record HistoryAnswer(bool Success, IReadOnlyList<HistoryEvent> Events)
{
    /// <summary>The history of a stream; none when there is no such stream.</summary>
    public static async Task<HistoryAnswer> OfAsync(IQuerySession session, Guid id, CancellationToken cancellation)
    {
        var events = await session.Events.FetchStreamAsync(id, token: cancellation);
        return new HistoryAnswer(true, [.. events.Select(e => new HistoryEvent(e.Version, e.EventTypeName, e.Timestamp, e.GetHeader("actor")?.ToString()))]);
    }
}

/// <summary>One event of it.</summary>
/// <param name="Version">Its number in the stream.</param>
/// <param name="Type">Its stored name.</param>
/// <param name="At">When.</param>
/// <param name="By">Who did it; null when nobody did.</param>
public sealed record HistoryEvent(long Version, string Type, DateTimeOffset At, string? By);
