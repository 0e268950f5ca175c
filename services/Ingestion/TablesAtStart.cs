using Npgsql;

namespace Loadstone.Ingestion;

/// <summary>Makes the tables before anything else of this service begins, and waits for the database as long as that takes.</summary>
public sealed class TablesAtStart(Database database, ILogger<TablesAtStart> log) : IHostedService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await database.CreateTablesAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (!cancellationToken.IsCancellationRequested)
            {
                log.LogWarning("The database cannot be prepared yet: {Reason}", e.Message);
                await Task.Delay(RetryAfter, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
