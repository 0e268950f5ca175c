using System.Text.Json;
using Loadstone.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Loadstone.Ingestion;

/// <summary>Somebody spoke of a run.</summary>
public sealed record RunKnown(DateOnly Day);

/// <summary>A run is over for the scheduler.</summary>
public sealed record RunOver;

/// <summary>
/// What the scheduler and the workers say of runs: taken into the accounts and, as far as it is news, written down in the same
/// statement, so that the accounts can be made again. What is said twice, late or out of order comes to the same accounts.
/// </summary>
public sealed class RunLedger(Database database)
{
    private static readonly Dictionary<string, Type> Types = new()
    {
        ["run_known"] = typeof(RunKnown),
        ["run_started"] = typeof(ExecutionStarted),
        ["shard_added"] = typeof(ShardAdded),
        ["shard_over"] = typeof(ShardAccount),
        ["run_over"] = typeof(RunOver),
    };

    /// <summary>Makes sure the run has a row; windows may come before anybody said that it begins.</summary>
    public Task KnowRunAsync(Guid execution, DateOnly day, CancellationToken cancellation) => HearAsync(execution, new RunKnown(day), cancellation);

    public Task StartedAsync(ExecutionStarted started, CancellationToken cancellation) => HearAsync(started.ExecutionId, started, cancellation);

    /// <summary>Another shard is to report; its first second is told when it is known, in whatever order that comes.</summary>
    public Task AddedAsync(ShardAdded added, CancellationToken cancellation) => HearAsync(added.ExecutionId, added, cancellation);

    /// <summary>
    /// A shard is over. One that is lost stays lost, and one that says what it did is believed, in whatever order that comes: a worker
    /// that was frozen may tell it after it was given up.
    /// </summary>
    public Task ShardOverAsync(Guid execution, ShardAccount shard, CancellationToken cancellation) => HearAsync(execution, shard, cancellation);

    /// <summary>A run that never started has nothing to close or seal.</summary>
    public Task EndedAsync(Guid execution, CancellationToken cancellation) => HearAsync(execution, new RunOver(), cancellation);

    /// <summary>Takes in again what was told of a run, in the caller's transaction.</summary>
    /// <returns>False when nothing is written down of it.</returns>
    public static async Task<bool> ReplayAsync(NpgsqlConnection connection, Guid execution, CancellationToken cancellation)
    {
        var told = await ReadAsync(connection, execution, cancellation);
        foreach (var said in told)
            await HearAsync(connection, execution, said, cancellation);
        return told.Count > 0;
    }

    private async Task HearAsync(Guid execution, object said, CancellationToken cancellation)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await HearAsync(connection, execution, said, cancellation);
    }

    private static async Task HearAsync(NpgsqlConnection connection, Guid execution, object said, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Database.Script($"hear_{TypeOf(said)}"), connection);
        Database.AddValues(command.Parameters, [execution, TypeOf(said)]);
        command.Parameters.Add(new NpgsqlParameter { Value = JsonSerializer.Serialize(said, said.GetType(), RunStore.Json), NpgsqlDbType = NpgsqlDbType.Jsonb });
        Database.AddValues(command.Parameters, ValuesOf(said));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<List<object>> ReadAsync(NpgsqlConnection connection, Guid execution, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select type, body from ingestion.told where execution_id = $1 order by id", connection);
        Database.AddValues(command.Parameters, execution);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var told = new List<object>();
        while (await reader.ReadAsync(cancellation))
            told.Add(JsonSerializer.Deserialize(reader.GetString(1), Types[reader.GetString(0)], RunStore.Json)!);
        return told;
    }

    private static string TypeOf(object said) => Types.First(t => t.Value == said.GetType()).Key;

    private static object?[] ValuesOf(object said) => said switch
    {
        RunKnown known => [known.Day],
        ExecutionStarted m => [m.Day, m.StartAt.ToUniversalTime(), m.Shards.ToArray(), m.Workers?.ToArray() ?? new string?[m.Shards.Count]],
        ShardAdded m => [m.Shard, m.Worker, m.Parent, m.FirstSecond],
        ShardAccount s => [
            s.Shard, s.State.ToString().ToLowerInvariant(), s.LastSequence, s.Sent, s.Outcomes, s.EndedAt,
            s.Planned is null ? null : JsonSerializer.Serialize(s.Planned, RunStore.Json)],
        _ => [],
    };
}
