using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Loadstone.ServiceHost;

/// <summary>
/// With <c>LOADSTONE_REBUILD=true</c> a service takes nothing from the bus and does nothing by itself. It answers calls, and
/// <c>POST /internal/rebuild</c> makes its read models anew and tells, a line of JSON each, what became of every table.
/// </summary>
public static class RebuildMode
{
    /// <summary>The setting.</summary>
    public const string Setting = "LOADSTONE_REBUILD";

    private const string Route = "/internal/rebuild";

    /// <summary>Whether this process is to rebuild.</summary>
    public static bool IsToRebuild(this WebApplicationBuilder builder) => builder.Configuration[Setting] == "true";

    /// <summary>Says what the service's read models are. To be called when all else is added: in the mode, whatever runs by itself is taken out.</summary>
    public static void AddReadModels(this WebApplicationBuilder builder, Func<IServiceProvider, IEnumerable<ReadModel>> models)
    {
        if (!builder.IsToRebuild())
            return;
        builder.Services.RemoveAll<IHostedService>();
        builder.Services.AddSingleton(provider => new Rebuilder(builder.Required("LOADSTONE_POSTGRES"), [.. models(provider)]));
    }

    internal static void MapRebuild(this WebApplication app)
    {
        if (app.Services.GetService<Rebuilder>() is { } rebuilder)
            app.MapPost(Route, http => AnswerAsync(rebuilder, http));
    }

    // Once the answer has begun, a fault can only be told in it.
    private static async Task AnswerAsync(Rebuilder rebuilder, HttpContext http)
    {
        http.Response.ContentType = "application/x-ndjson";
        try
        {
            await foreach (var line in rebuilder.RunAsync(http.RequestAborted))
                await WriteAsync(line);
        }
        catch (Exception e) when (e is NpgsqlException or HttpRequestException or RestEase.ApiException or JsonException or InvalidOperationException)
        {
            await WriteAsync(new RebuildLine(Fault: e.Message));
        }

        async Task WriteAsync(RebuildLine line)
        {
            await http.Response.WriteAsync(JsonSerializer.Serialize(line, Envelope.Options) + "\n", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }
}

/// <summary>Makes read models anew, one after the other, and compares each table with what it was, row by row.</summary>
internal sealed class Rebuilder(string postgres, IReadOnlyList<ReadModel> models)
{
    public async IAsyncEnumerable<RebuildLine> RunAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        // What the tables were is kept in temporary tables of this one connection, which fills no pool.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(postgres) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        await connection.OpenAsync(cancellation);
        foreach (var model in models)
        {
            foreach (var table in model.Tables)
                await RememberAsync(connection, table, cancellation);
            foreach (var left in await model.MakeAsync(cancellation))
                yield return new RebuildLine(Left: left);
            foreach (var table in model.Tables)
                yield return new RebuildLine(await CompareAsync(connection, table, cancellation));
        }
    }

    private static string Before(DerivedTable table) => $"before_{table.Name.Replace('.', '_')}";

    // A table that nothing was written to may not be there.
    private static async Task<string> RowsOfAsync(NpgsqlConnection connection, DerivedTable table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select to_regclass($1) is not null", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = table.Name });
        return (bool)(await command.ExecuteScalarAsync(cancellation))! ? RowsOf(table) : "select '' as key, '' as says where false";
    }

    private static string RowsOf(DerivedTable table) =>
        $"""
        select concat_ws(' ', {string.Join(", ", table.Key)}) as key, md5((to_jsonb(t) - array[{string.Join(", ", table.Bookkeeping.Select(c => $"'{c}'"))}]::text[])::text) as says
        from {table.Name} t
        """;

    private static async Task RememberAsync(NpgsqlConnection connection, DerivedTable table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"create temporary table {Before(table)} as {await RowsOfAsync(connection, table, cancellation)}", connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<RebuiltTable> CompareAsync(NpgsqlConnection connection, DerivedTable table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with now as ({await RowsOfAsync(connection, table, cancellation)}),
            both_sides as (
              select key, b.says is not null as was, n.says is not null as is_there, b.says is distinct from n.says as differs
              from {Before(table)} b full join now n using (key)
            )
            select count(*) filter (where was), count(*) filter (where is_there), count(*) filter (where differs),
              coalesce((array_agg(key order by key) filter (where differs))[1:5], array[]::text[])
            from both_sides
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new RebuiltTable(table.Name, reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<string[]>(3));
    }
}
