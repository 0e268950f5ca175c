using Npgsql;

namespace Loadstone.EventStore;

/// <summary>A connection of its own that waits for notifications, and may hold a lock for as long as it lives.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private const int TimeoutSeconds = 5;

    private readonly NpgsqlConnection _connection;

    private Listener(NpgsqlConnection connection) => _connection = connection;

    public NpgsqlConnection Connection => _connection;

    public static async Task<Listener> OpenAsync(DocumentStore store, string script, CancellationToken token)
    {
        var listener = new Listener(await store.DataSource.OpenConnectionAsync(token));
        try
        {
            await listener.ScalarAsync(store.Options.Scripts[script], token);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for a notification or the end of the pause, and makes sure of the latter that the server is still there.</summary>
    public async Task WaitAsync(TimeSpan pause, CancellationToken token)
    {
        if (!await _connection.WaitAsync(pause, token))
            await ScalarAsync("select 1", token);
    }

    public async Task<object?> ScalarAsync(string sql, CancellationToken token)
    {
        await using var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = TimeoutSeconds };
        return await command.ExecuteScalarAsync(token);
    }

    /// <summary>Goes back to the pool without lock and subscription, or not at all.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await ScalarAsync("unlisten *; select pg_advisory_unlock_all()", CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            NpgsqlConnection.ClearPool(_connection);
        }

        await _connection.DisposeAsync();
    }
}
