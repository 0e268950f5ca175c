using System.Runtime.CompilerServices;
using System.Text.Json;
using Loadstone.Measurement;
using Loadstone.ServiceHost;

namespace Loadstone.Ingestion;

/// <summary>What a run measured, to be read: by stretches of time, as a whole, and as it was sealed.</summary>
public sealed class RunReader(Database database, RunStore runs)
{
    /// <summary>
    /// The closed seconds of a run, merged into windows of so many seconds; each with the time its last second was closed. Minutes are read
    /// many times faster than anything between. With <paramref name="summary"/> all requests of a window are one operation.
    /// </summary>
    /// <exception cref="RefusalException">404 when there is no such run.</exception>
    public async IAsyncEnumerable<(MetricWindow Window, DateTimeOffset ClosedAt)> WindowsAsync(
        Guid execution, int seconds, bool summary = false, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await MustExistAsync(execution, cancellation);
        var stored = seconds % Stretch.MostSeconds == 0 ? runs.StretchesAsync(execution, summary, cancellation) : runs.ClosedAsync(execution, summary: summary, cancellation: cancellation);
        (MetricWindow Window, DateTimeOffset ClosedAt)? open = null;
        await foreach (var (window, closedAt) in stored)
        {
            var start = window.Sequence / seconds * seconds;
            if (open is { } full && full.Window.Sequence != start)
            {
                yield return full;
                open = null;
            }

            open?.Window.AddSeconds(window);
            open = (open?.Window ?? window, closedAt);
        }

        if (open is { } last)
            yield return last;
    }

    /// <summary>A run as a whole, as far as it is closed.</summary>
    public async Task<MetricWindow> TotalAsync(Guid execution, CancellationToken cancellation)
    {
        if (await SealAsync(execution, cancellation) is { } seal)
            return seal.Total;
        var total = new MetricWindow { Seconds = 0 };
        await MustExistAsync(execution, cancellation);
        await foreach (var (window, _) in runs.StretchesAsync(execution, cancellation: cancellation))
            total.AddSeconds(window);
        return total;
    }

    /// <summary>What a run measured from one second to another, as far as it is closed, and the last second of it.</summary>
    /// <exception cref="RefusalException">404 when there is no such run.</exception>
    public async Task<(MetricWindow Total, int LastSecond)> BetweenAsync(Guid execution, int first, int last, bool summary, CancellationToken cancellation)
    {
        var (total, lastSecond) = (new MetricWindow { Seconds = 0 }, first - 1);
        await MustExistAsync(execution, cancellation);
        await foreach (var (window, itsLast) in runs.BetweenAsync(execution, first, last, summary, cancellation))
        {
            total.AddSeconds(window);
            lastSecond = Math.Max(lastSecond, itsLast);
        }

        return (total, lastSecond);
    }

    /// <summary>One phase of a run as a whole, as far as it is closed.</summary>
    /// <exception cref="RefusalException">400 when the run has no such phase.</exception>
    public async Task<MetricWindow> PhaseTotalAsync(Guid execution, string phase, CancellationToken cancellation)
    {
        var total = new MetricWindow { Seconds = 0 };
        var found = false;
        await MustExistAsync(execution, cancellation);
        await foreach (var (window, _) in runs.StretchesAsync(execution, cancellation: cancellation))
        {
            if (window.Phase != phase)
                continue;
            found = true;
            total.AddSeconds(window);
        }

        return found ? total : throw RefusalException.Field("phase", "names no phase that this execution has come to");
    }

    /// <summary>The phases of a run as far as it is closed; none in a run without phases.</summary>
    public async Task<IReadOnlyList<PhasePerformance>> PhasesAsync(Guid execution, CancellationToken cancellation)
    {
        var seconds = new List<MetricWindow>();
        await foreach (var (window, _) in WindowsAsync(execution, 1, summary: true, cancellation))
            seconds.Add(window);
        return PhasePerformance.Of(seconds);
    }

    /// <summary>A run as it was sealed; null while it is not.</summary>
    public async Task<Seal?> SealAsync(Guid execution, CancellationToken cancellation)
    {
        await using var command = database.Command(
            "select total, gaps, faults, coalesce(notes, array[]::text[]), unknown_max from ingestion.runs where execution_id = $1 and sealed_at is not null", execution);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new Seal(JsonSerializer.Deserialize<MetricWindow>(reader.GetFieldValue<byte[]>(0), RunStore.Json)!, reader.GetFieldValue<string[]>(1), reader.GetFieldValue<string[]>(2),
                reader.GetFieldValue<string[]>(3), reader.IsDBNull(4) ? null : reader.GetInt64(4))
            : null;
    }

    /// <exception cref="RefusalException">404 when there is no such run.</exception>
    public async Task MustExistAsync(Guid execution, CancellationToken cancellation)
    {
        await using var command = database.Command("select 1 from ingestion.runs where execution_id = $1", execution);
        if (await command.ExecuteScalarAsync(cancellation) is null)
            throw RefusalException.NotFound("execution", execution);
    }

    /// <summary>A run as it was sealed.</summary>
    public sealed record Seal(MetricWindow Total, IReadOnlyList<string> Gaps, IReadOnlyList<string> Faults, IReadOnlyList<string> Notes, long? UnknownMax);
}
