using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;

namespace Loadstone.Gateway.Audit;

/// <summary>
/// Writes the audit log, many lines in one statement. Whoever notes a line may wait until it is kept; calls that change something
/// do (see <see cref="AuditTrail"/>). The queue is bounded: when the database cannot keep up, callers wait for it. What a kill -9 can
/// lose are lines nobody waited for: reads and refusals of the last moment, or since the database went away.
/// </summary>
internal sealed class AuditLog(Database database, ILogger<AuditLog> log) : BackgroundService
{
    private const int MostWaiting = 10_000;
    private const int MostAtOnce = 500;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Draining = TimeSpan.FromSeconds(10);

    private readonly Channel<Line> _waiting = Channel.CreateBounded<Line>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    /// <summary>Notes a line; the task within ends when it is kept.</summary>
    public async ValueTask<Task> NoteAsync(AuditEntry entry, CancellationToken cancellation)
    {
        var line = new Line(entry, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await _waiting.Writer.WriteAsync(line, cancellation);
        return line.Kept.Task;
    }

    /// <summary>The server has ended before this: what is waiting is all there is.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        if (ExecuteTask is { } writing && await Task.WhenAny(writing, Task.Delay(Draining, cancellationToken)) != writing)
            log.LogError("{Count} lines of the audit log could not be kept", _waiting.Reader.Count);
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            var lines = new List<Line>();
            while (lines.Count < MostAtOnce && _waiting.Reader.TryRead(out var line))
                lines.Add(line);
            await KeepAsync([.. lines.Select(l => l.Entry)], stoppingToken);
            lines.ForEach(line => line.Kept.SetResult());
        }
    }

    // Again and again; a line that was kept without our hearing of it is known by its id.
    private async Task KeepAsync(AuditEntry[] entries, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await StoreAsync(entries, stopping);
                return;
            }
            catch (NpgsqlException e)
            {
                log.LogWarning("{Count} lines of the audit log wait for the database: {Reason}", entries.Length, e.Message);
                await Task.Delay(RetryAfter, stopping);
            }
        }
    }

    private async Task StoreAsync(AuditEntry[] entries, CancellationToken stopping)
    {
        await using var command = database.Command(
            Database.Script("store_audit"),
            entries.Select(e => e.Id).ToArray(), entries.Select(e => e.At.UtcDateTime).ToArray());
        AddTexts(command, entries.Select(e => e.User), entries.Select(e => e.Via), entries.Select(e => e.Operation), entries.Select(e => e.Method));
        AddTexts(command, entries.Select(e => e.Path), entries.Select(e => e.Resource));
        command.Parameters.Add(new NpgsqlParameter { Value = entries.Select(e => e.Status).ToArray() });
        AddTexts(command, entries.Select(e => e.Address), entries.Select(e => e.UserAgent), entries.Select(e => e.TraceId));
        await command.ExecuteNonQueryAsync(stopping);
    }

    private static void AddTexts(NpgsqlCommand command, params IEnumerable<string?>[] columns)
    {
        foreach (var column in columns)
            command.Parameters.Add(new NpgsqlParameter { Value = column.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
    }

    private sealed record Line(AuditEntry Entry, TaskCompletionSource Kept);
}
