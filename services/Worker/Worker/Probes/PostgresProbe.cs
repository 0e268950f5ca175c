using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.ServiceHost;
using Npgsql;

namespace Loadstone.Worker.Probes;

/// <summary>Asks PostgreSQL for its own statistics, on one connection that is kept: a user who may connect may read them.</summary>
internal sealed class PostgresProbe(TargetProbe target, string? password, JudgedHost host, TimeSpan patience) : IProbe
{
    // Connections of clients, but for ours; blocks found in the cache and read since the statistics began.
    private const string State =
        """
        select (select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()),
          sum(blks_hit)::float8, sum(blks_read)::float8 from pg_stat_database
        """;

    private NpgsqlConnection? _connection;
    private PostgresStatements? _statements;
    private (double Hit, double Read)? _before;

    public string? ConnectionKind => _connection is null ? null : "database";

    public async Task<ProbeAnswer> AskAsync(CancellationToken cancellation)
    {
        try
        {
            if (_connection is null)
                await OpenAsync(cancellation);
            var metrics = await ReadStateAsync(cancellation);
            return new ProbeAnswer(metrics, null, await (_statements ??= new PostgresStatements(_connection!)).SlowestAsync(cancellation));
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        (_connection, _statements, _before) = (null, null, null);
    }

    private async Task<Dictionary<string, double>> ReadStateAsync(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(State, _connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var metrics = new Dictionary<string, double> { ["database_connections"] = reader.GetInt64(0) };
        var now = (Hit: reader.GetDouble(1), Read: reader.GetDouble(2));
        if (_before is { } before && now.Hit - before.Hit is >= 0 and var hit && now.Read - before.Read is >= 0 and var read && hit + read > 0)
            metrics["cache_hit_ratio"] = 100 * hit / (hit + read);
        _before = now;
        return metrics;
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        var ends = await host.ResolveAsync(cancellation);
        for (var i = 0; _connection is null; i++)
        {
            var connection = new NpgsqlConnection(AddressOf(ends[i]));
            try
            {
                await connection.OpenAsync(cancellation);
                _connection = connection;
            }
            catch (Exception e)
            {
                await connection.DisposeAsync();
                if (i + 1 == ends.Count || e is PostgresException)
                    throw;
            }
        }
    }

    private string AddressOf(System.Net.IPEndPoint end)
    {
        var database = Uri.UnescapeDataString(new Uri(target.Url).AbsolutePath.Trim('/'));
        return new NpgsqlConnectionStringBuilder
        {
            Host = end.Address.ToString(),
            Port = end.Port,
            Username = target.User ?? "postgres",
            Password = password,
            Database = database.Length > 0 ? database : "postgres",
            ApplicationName = "loadstone probe",
            Pooling = false,
            Timeout = (int)Math.Ceiling(patience.TotalSeconds),
            CommandTimeout = (int)Math.Ceiling(patience.TotalSeconds),
        }.ConnectionString;
    }
}

/// <summary>
/// What PostgreSQL was busy with since this was first asked, where the extension pg_stat_statements is there. Only statements
/// whose values stand as parameters: what changes roles and passwords stands there as it was typed; and none of our own.
/// </summary>
internal sealed class PostgresStatements(NpgsqlConnection connection)
{
    private const int Most = 5;
    private const int AskEvery = 5;
    private const int First = 3;
    private const string IsThere = "select exists(select from pg_extension where extname = 'pg_stat_statements')";
    private const string Totals =
        """
        select queryid, min(left(regexp_replace(query, '\s+', ' ', 'g'), 200)), sum(calls)::int8, sum(total_exec_time)::float8 from pg_stat_statements
        where query ~* '^\s*(select|insert|update|delete|with|merge)\y' and queryid is not null and query !~* '(pg_stat_|pg_extension|password)'
        group by queryid
        """;

    private Dictionary<long, SlowStatement>? _before;
    private bool _isThere = true;
    private int _asked;

    public async Task<IReadOnlyList<SlowStatement>?> SlowestAsync(CancellationToken cancellation)
    {
        // Reading them all costs the database something. A short run has something to tell, too, even if its first answers came late and together.
        var asked = _asked++;
        if (!_isThere || (asked >= First && asked % AskEvery != 0))
            return null;
        try
        {
            await using var find = new NpgsqlCommand(IsThere, connection);
            _isThere = (bool)(await find.ExecuteScalarAsync(cancellation))!;
            return _isThere ? Since(await ReadAsync(cancellation)) : null;
        }
        catch (PostgresException)
        {
            // It was not loaded at the start of the server, or is not for this user to see.
            _isThere = false;
            return null;
        }
    }

    private SlowStatement[]? Since(Dictionary<long, SlowStatement> now)
    {
        var before = _before;
        _before ??= now;
        return before is null ? null : [.. now
            .Select(s => before.TryGetValue(s.Key, out var then) && then.Calls <= s.Value.Calls
                ? s.Value with { Calls = s.Value.Calls - then.Calls, TotalMs = Math.Max(0, s.Value.TotalMs - then.TotalMs) } : s.Value)
            .Where(s => s.Calls > 0).OrderByDescending(s => s.TotalMs).Take(Most)];
    }

    private async Task<Dictionary<long, SlowStatement>> ReadAsync(CancellationToken cancellation)
    {
        var statements = new Dictionary<long, SlowStatement>();
        await using var command = new NpgsqlCommand(Totals, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            statements[reader.GetInt64(0)] = new SlowStatement(reader.GetString(1), reader.GetInt64(2), Math.Round(reader.GetDouble(3), 2));
        return statements;
    }
}
