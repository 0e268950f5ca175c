using Npgsql;

namespace Loadstone.EventStore;

/// <summary>Waits until everything asynchronous has come to where the feed ends now.</summary>
internal sealed class ProgressWatch(DocumentStore store)
{
    /// <summary>How often to look although nobody said anything.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly string[] _names =
    [
        .. store.Options.Projections.Async.Select(projection => projection.ProgressName),
        .. store.Options.Projections.Subscriptions.Select(subscription => subscription.ProgressName),
    ];

    public async Task WaitAsync(TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        var late = _names;
        try
        {
            await store.Storage.EnsureAsync(deadline.Token);
            var end = await new Feed(store).EndAsync(deadline.Token);
            await using var listener = await Listener.OpenAsync(store, "listen_progress", deadline.Token);
            while ((late = await LateAsync(listener.Connection, end, deadline.Token)).Length > 0)
                await listener.WaitAsync(LookAgainAfter, deadline.Token);
        }
        catch (OperationCanceledException cancelled) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"Not up to date after {timeout}: {string.Join(", ", late)}", cancelled);
        }
    }

    private async Task<string[]> LateAsync(NpgsqlConnection connection, FeedPosition end, CancellationToken token)
    {
        if (end == default)
            return [];
        await using var command = new NpgsqlCommand(store.Options.Scripts["lagging_consumers"], connection);
        command.Parameters.Add(Parameter.Of(_names));
        command.Parameters.Add(Parameter.TransactionId(end.TransactionId));
        command.Parameters.Add(Parameter.Of(end.Sequence));
        await using var reader = await command.ExecuteReaderAsync(token);
        var late = new List<string>();
        while (await reader.ReadAsync(token))
            late.Add(reader.GetString(0));
        return [.. late];
    }
}
