using System.Globalization;
using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Local;

/// <summary>`rebuild [NAME] [--json FILE]`: every read model anew, compared with what it was.</summary>
internal static class RebuildCommand
{
    private const int Differing = 1;

    public const string Help = "Makes every read model anew from the event streams and the stored windows, and compares it with what it was, row by row: "
        + "for when a list, a status or a report does not say what happened. The platform must be down; what is broken off can be begun again. With LOADSTONE_POSTGRES set, "
        + "that database is rebuilt. Ends with 0 when every row said what it says now, 1 when some did not (now they do), 2 when it could not be done, 5 when it was broken off.";

    public static Task<int> RunAsync(string clone, string name, string? json) => Ending.RunAsync(async ending =>
    {
        var result = ResultFile.Open("--json", json);
        Action<string> say = result is { IsStandardOutput: true } ? Console.Error.WriteLine : Console.WriteLine;
        using var folder = StateFolder.OpenOnly(clone, name);
        await using var servers = await LocalServers.StartPostgresAsync(folder, say, ending);
        say("Starting the services, without the bus…");
        await using var rebuild = await Rebuild.StartAsync(folder, servers, ending);
        var lines = new List<RebuildLine>();
        say($"{"table",-42} {"rows",12} {"differing",12}");
        await foreach (var line in rebuild.RunAsync(ending))
        {
            lines.Add(line);
            say(InWords(line));
        }

        foreach (var left in Rebuild.NotDerived)
            say($"left alone: {left}");
        var differing = lines.Sum(l => l.Table?.Differing ?? 0);
        say(differing == 0 ? "Every row says what it said before." : string.Create(CultureInfo.InvariantCulture, $"{differing} row(s) said something else before, were missing or too many; now they are right."));
        await (result?.WriteJsonAsync(ToJson(lines)) ?? Task.CompletedTask);
        return differing == 0 ? 0 : Differing;
    }, Ending.Cancelled);

    private static string InWords(RebuildLine line) => line.Table is not { } table ? $"left as it was: {line.Left}"
        : string.Create(CultureInfo.InvariantCulture, $"{table.Table,-42} {table.Rows,12:N0} {table.Differing,12:N0}")
            + (table.Differing == 0 ? "" : $"   {string.Join(" | ", table.Examples)}{(table.Differing > table.Examples.Count ? " …" : "")}");

    private static JsonObject ToJson(List<RebuildLine> lines) => new()
    {
        ["tables"] = new JsonArray([.. lines.Select(l => l.Table).OfType<RebuiltTable>().Select(t => new JsonObject
        {
            ["table"] = t.Table,
            ["rows_before"] = t.RowsBefore,
            ["rows"] = t.Rows,
            ["differing"] = t.Differing,
            ["examples"] = new JsonArray([.. t.Examples.Select(e => JsonValue.Create(e))]),
        })]),
        ["left_as_it_was"] = new JsonArray([.. lines.Select(l => l.Left).OfType<string>().Select(l => JsonValue.Create(l))]),
        ["not_derived"] = new JsonArray([.. Rebuild.NotDerived.Select(l => JsonValue.Create(l))]),
    };
}
