using Npgsql;

namespace Loadstone.Scheduler;

/// <summary>
/// One at a time gives workers to runs, whatever number of schedulers there is: two at once would give the same room twice. A turn is a
/// lock of the database, which goes with the connection, so nobody who dies keeps it.
/// </summary>
public sealed class AssignmentTurn(string postgres) : IAsyncDisposable
{
    private const long Lock = 0x10ad_5701_0003;

    // Within this instance the turn is waited for without a connection each.
    private readonly SemaphoreSlim _here = new(1);
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres) { MaxPoolSize = 1, ApplicationName = "assignment" });

    /// <summary>Waits for the turn, and has it until the result is disposed.</summary>
    /// <exception cref="PostgresException">Another instance kept it for more than 5 s.</exception>
    public async Task<IAsyncDisposable> TakeAsync(CancellationToken cancellation)
    {
        await _here.WaitAsync(cancellation);
        NpgsqlConnection? connection = null;
        try
        {
            connection = await _source.OpenConnectionAsync(cancellation);
            var transaction = await connection.BeginTransactionAsync(cancellation);
            await using var take = new NpgsqlCommand($"set local lock_timeout = '5s'; select pg_advisory_xact_lock({Lock})", connection, transaction);
            await take.ExecuteNonQueryAsync(cancellation);
            return new Turn(connection, _here);
        }
        catch
        {
            await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
            _here.Release();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _here.Dispose();
    }

    private sealed class Turn(NpgsqlConnection connection, SemaphoreSlim here) : IAsyncDisposable
    {
        // Closing the connection rolls the transaction back, and with it the lock. One that broke has none any more.
        public async ValueTask DisposeAsync()
        {
            try
            {
                await connection.DisposeAsync();
            }
            catch (NpgsqlException)
            {
                NpgsqlConnection.ClearPool(connection);
            }
            finally
            {
                here.Release();
            }
        }
    }
}
