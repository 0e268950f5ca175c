using System.Runtime.InteropServices;
using Npgsql;

namespace Loadstone.EventStore;

/// <summary>A place in the feed: after this event of this transaction.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FeedPosition(ulong TransactionId, long Sequence)
{
    public bool IsBefore(FeedPosition other) =>
        TransactionId < other.TransactionId || (TransactionId == other.TransactionId && Sequence < other.Sequence);
}

/// <summary>What was read from the feed.</summary>
/// <param name="Floor">Before the first event.</param>
/// <param name="Ceiling">After the last row, given or not.</param>
/// <param name="Events">The events that were wanted.</param>
/// <param name="IsHeldBack">Whether there is more that an open transaction holds back.</param>
internal sealed record FeedPage(FeedPosition Floor, FeedPosition Ceiling, List<IEvent> Events, bool IsHeldBack)
{
    public bool IsEmpty => Ceiling == Floor;
}

/// <summary>Reads events in an order in which nothing can appear behind the reader: by transaction, then by sequence.</summary>
internal sealed class Feed(DocumentStore store)
{
    private const int TransactionId = 12, IsSettled = 13;

    /// <param name="floor">Where the last page ended.</param>
    /// <param name="limit">How many rows to read, wanted or not.</param>
    /// <param name="wants">Which types are wanted; null for all.</param>
    /// <param name="token">Cancels the call.</param>
    public async Task<FeedPage> ReadAsync(FeedPosition floor, int limit, Predicate<Type>? wants, CancellationToken token)
    {
        await using var command = store.DataSource.CreateCommand(store.Options.Scripts["feed"]);
        command.Parameters.Add(Parameter.TransactionId(floor.TransactionId));
        command.Parameters.Add(Parameter.Of(floor.Sequence));
        command.Parameters.Add(Parameter.Of((long)limit));
        await using var reader = await command.ExecuteReaderAsync(token);

        var (ceiling, events) = (floor, new List<IEvent>());
        while (await reader.ReadAsync(token))
        {
            if (!reader.GetBoolean(IsSettled))
                return new FeedPage(floor, ceiling, events, IsHeldBack: true);
            ceiling = new FeedPosition(reader.GetFieldValue<ulong>(TransactionId), EventReader.SequenceOf(reader));
            if (store.EventReader.IsWanted(reader, wants))
                events.Add(Read(reader, ceiling));
        }

        return new FeedPage(floor, ceiling, events, IsHeldBack: false);
    }

    /// <summary>The last event that is committed now.</summary>
    public async Task<FeedPosition> EndAsync(CancellationToken token)
    {
        await using var command = store.DataSource.CreateCommand(store.Options.Scripts["feed_end"]);
        await using var reader = await command.ExecuteReaderAsync(token);
        return await reader.ReadAsync(token) ? new FeedPosition(reader.GetFieldValue<ulong>(0), reader.GetInt64(1)) : default;
    }

    private Event Read(NpgsqlDataReader reader, FeedPosition position)
    {
        var e = store.EventReader.Read(reader);
        e.Position = position;
        return e;
    }
}
