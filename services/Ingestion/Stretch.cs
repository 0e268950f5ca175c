using System.Text.Json;
using Loadstone.Measurement;
using Npgsql;

namespace Loadstone.Ingestion;

/// <summary>
/// Closed seconds of a run merged into one window: those of one minute and one phase. Two hours of a hundred operations are 720,000 windows
/// by the second and 12,000 by the minute. A stretch is stored when the first second behind it closes; what is not in one is read by the second.
/// </summary>
public sealed class Stretch
{
    /// <summary>No stretch is longer, and none goes over the end of a minute of the run.</summary>
    public const int MostSeconds = 60;

    private MetricWindow? _open;
    private int _last;

    /// <summary>Takes the next second in order. Returns the stretch that ended with the second before; else null.</summary>
    public (MetricWindow Window, int LastSecond)? Add(MetricWindow second)
    {
        (MetricWindow, int)? full = _open is { } open && !Continues(open, second) ? (open, _last) : null;
        if (full is not null)
            _open = null;
        _open ??= new MetricWindow { Sequence = second.Sequence, Seconds = 0, Phase = second.Phase };
        _open.AddSeconds(second);
        _last = second.Sequence;
        return full;
    }

    private static bool Continues(MetricWindow open, MetricWindow second) => open.Sequence / MostSeconds == second.Sequence / MostSeconds && open.Phase == second.Phase;

    /// <summary>Stores a stretch whose seconds are stored, in the caller's transaction.</summary>
    public static async Task StoreAsync(NpgsqlConnection connection, Guid execution, MetricWindow window, int lastSecond, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Database.Script("close_stretch"), connection);
        Database.AddValues(command.Parameters, execution, window.Sequence, lastSecond, BytesOf(window), BytesOf(window.Summary()));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Makes the stretch anew in which a second was corrected, in the caller's transaction; the second may be in none yet.</summary>
    public static async Task CorrectAsync(NpgsqlConnection connection, Guid execution, int second, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.window_json, t.last_second from ingestion.closed_stretches t
            join ingestion.closed_seconds s on s.execution_id = t.execution_id and s.second between t.first_second and t.last_second
            where t.execution_id = $1 and t.first_second <= $2 and t.last_second >= $2 order by s.second
            """, connection);
        Database.AddValues(command.Parameters, execution, second);
        var (merged, last) = (new Stretch(), -1);
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
                (_, last) = (merged.Add(JsonSerializer.Deserialize<MetricWindow>(reader.GetFieldValue<byte[]>(0), RunStore.Json)!), reader.GetInt32(1));
        }

        if (merged._open is { } window)
            await StoreAsync(connection, execution, window, last, cancellation);
    }

    private static byte[] BytesOf(MetricWindow window) => JsonSerializer.SerializeToUtf8Bytes(window, RunStore.Json);
}
