using System.Globalization;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>Words that stand for secrets, and a search for them wherever something is kept.</summary>
internal sealed class PlantedSecrets(RunningPlatform running)
{
    private static readonly string[] Queues = ["scheduler", "ingestion", "analysis", "alerting"];

    /// <summary>A word that was never seen before this run.</summary>
    public string Planted { get; } = $"planted{Guid.NewGuid():N}";

    /// <summary>All words that nobody may read anywhere but where they belong.</summary>
    public IReadOnlyList<string> All =>
    [
        Planted,
        running.Platform.Key,
        File.ReadAllText(Path.Combine(Folder, "internal.key")).Trim(),
        new NpgsqlConnectionStringBuilder(running.Servers.PostgresConnectionString).Password ?? Planted,
        new Uri(running.Servers.RabbitMqUri).UserInfo.Split(':')[^1] is { Length: > 8 } password ? password : Planted,
    ];

    private static string Folder => Path.Combine(Loadstone.Local.StateFolder.FindClone(), ".loadstone", "test-platform");

    /// <summary>Every place in logs, tables and error queues that holds one of them.</summary>
    public async Task<IReadOnlyList<string>> FindAsync()
    {
        var found = new List<string>();
        foreach (var log in Directory.GetFiles(Folder, "*.log", SearchOption.AllDirectories))
            found.AddRange(LinesWithSecrets(log).Select(line => $"{Path.GetFileName(log)}: {line}"));
        await using var source = NpgsqlDataSource.Create(running.Servers.PostgresConnectionString);
        foreach (var table in await TablesAsync(source))
            found.AddRange((await CountAsync(source, table)) is > 0 and var rows ? [string.Create(CultureInfo.InvariantCulture, $"{rows} rows of {table}")] : []);
        found.AddRange(await QueuesAsync());
        return found;
    }

    private IEnumerable<string> LinesWithSecrets(string log)
    {
        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            if (All.Any(secret => line.Contains(secret, StringComparison.Ordinal)))
                yield return line;
        }
    }

    private static async Task<IReadOnlyList<string>> TablesAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(
            "select format('%I.%I', table_schema, table_name) from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')");
        await using var reader = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await reader.ReadAsync())
            tables.Add(reader.GetString(0));
        return tables;
    }

    private async Task<long> CountAsync(NpgsqlDataSource source, string table)
    {
        await using var command = source.CreateCommand($"select count(*) from {table} as t where exists (select 1 from unnest($1) as secret where strpos(t::text, secret) > 0)");
        command.Parameters.AddWithValue(All.ToArray());
        return (long)(await command.ExecuteScalarAsync())!;
    }

    // A message that could not be handled waits here with all it carried.
    private async Task<IReadOnlyList<string>> QueuesAsync()
    {
        var found = new List<string>();
        await using var connection = await new ConnectionFactory { Uri = new Uri(running.Servers.RabbitMqUri) }.CreateConnectionAsync();
        foreach (var queue in Queues.Select(q => q + "_error"))
        {
            await using var channel = await connection.CreateChannelAsync();
            try
            {
                while (await channel.BasicGetAsync(queue, autoAck: false) is { } message)
                    found.AddRange(All.Any(System.Text.Encoding.UTF8.GetString(message.Body.Span).Contains) ? [$"a message of {queue}"] : []);
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == 404)
            {
                // Nothing has ever gone wrong there.
            }
        }

        return found;
    }
}
