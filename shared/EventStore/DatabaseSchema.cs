using Npgsql;

namespace Loadstone.EventStore;

/// <summary>The tables of a store. Sessions make what is missing on first use; a service makes it at its start.</summary>
public sealed class DatabaseSchema
{
    private static readonly string[] Functions =
    [
        "mt_quick_append_events", "mt_mark_event_progression", "mt_mark_progression_with_skip", "mt_archive_stream",
        "mt_immutable_timestamptz",
    ];

    private readonly DocumentStore _store;

    /// <summary>How many types of documents had their tables when last looked; -1 before the first look.</summary>
    private volatile int _documentsApplied = -1;

    internal DatabaseSchema(DocumentStore store) => _store = store;

    /// <summary>Makes all that is missing, once and for all; several instances may do so at the same time.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached, or refuses.</exception>
    public Task ApplyAllConfiguredChangesToDatabaseAsync() => ApplyAsync(CancellationToken.None);

    /// <summary>Costs nothing once it has been done for every type of document that is known.</summary>
    internal ValueTask EnsureAsync(CancellationToken token) =>
        _documentsApplied == _store.Options.DocumentCount ? ValueTask.CompletedTask : new ValueTask(ApplyAsync(token));

    internal async Task ApplyAsync(CancellationToken token)
    {
        var documents = _store.Options.Documents.ToList();
        await using var connection = await _store.DataSource.OpenConnectionAsync(token);
        if (await IsAnythingMissingAsync(connection, documents, token))
            await CreateAsync(connection, documents, token);
        await AdoptServerAsync(connection, token);
        _documentsApplied = documents.Count;
    }

    /// <summary>Renumbers the feed if the database was restored to another server, whose transaction ids differ.</summary>
    internal async Task AdoptServerAsync(NpgsqlConnection connection, CancellationToken token)
    {
        var sql = _store.Options.Scripts;
        await using var question = new NpgsqlCommand(sql["is_foreign_server"], connection);
        if (await question.ExecuteScalarAsync(token) is not true)
            return;
        await using var transaction = await connection.BeginTransactionAsync(token);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new(sql["lock_events"]), new(sql["adopt_server"]) },
        };
        await batch.ExecuteNonQueryAsync(token);
        await transaction.CommitAsync(token);
    }

    private async Task<bool> IsAnythingMissingAsync(
        NpgsqlConnection connection, List<DocumentMapping> documents, CancellationToken token)
    {
        var schema = _store.Options.DatabaseSchemaName;
        string[] relations =
        [
            "mt_streams", "mt_events", "mt_events_transaction_id_seq_id", "mt_event_progression", "mt_high_water_skips",
            "mt_doc_deadletterevent", "feed_progress", "feed_server",
            .. documents.Select(document => document.TableName),
            .. documents.SelectMany(document => document.Indexes.Select(index => index.NameIn(document))),
        ];
        await using var command = new NpgsqlCommand(_store.Options.Scripts["missing_objects"], connection);
        command.Parameters.Add(Parameter.Of([.. relations.Select(name => $"{schema}.{name}")]));
        command.Parameters.Add(Parameter.Of([.. Functions.Select(name => $"{schema}.{name}")]));
        return await command.ExecuteScalarAsync(token) is true;
    }

    /// <summary>All in one transaction behind an advisory lock, which the first script takes.</summary>
    private async Task CreateAsync(NpgsqlConnection connection, List<DocumentMapping> documents, CancellationToken token)
    {
        var sql = _store.Options.Scripts;
        string[] scripts =
        [
            sql["create_events"], sql["create_marten_append"], sql["create_marten_functions"], sql["create_timestamp_function"],
            .. documents.Select(document => document.Sql.Create),
        ];
        await using var command = new NpgsqlCommand(string.Join('\n', scripts), connection);
        await command.ExecuteNonQueryAsync(token);
    }
}
