using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Loadstone.Cli;

/// <summary><c>list</c>: the latest executions.</summary>
internal static class ListVerb
{
    private static readonly Option<int> Limit = new("--limit") { Description = "How many, 1 to 200.", DefaultValueFactory = _ => 20 };
    private static readonly Option<string?> Status = new("--status") { Description = "Only those that are scheduled, running, paused, completed, failed or cancelled." };

    public static Command Command()
    {
        var command = new Command("list", "Lists the latest executions.") { Limit, Status };
        new Connection().Attach(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given, Connection.Session session, CancellationToken cancellation)
    {
        var list = await session.Api.ExecutionsAsync(given.GetValue(Limit), given.GetValue(Status), cancellation);
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in new[] { "id", "name", "status", "verdict", "requests", "p95 ms", "errors %" })
            table.AddColumn(column);
        foreach (var x in list.Executions)
        {
            table.AddRow(
                new Text(x.Id.ToString()), new Text(x.ExecutionName), new Text(x.Status), new Text(x.Verdict?.ToString().ToLowerInvariant() ?? "-"),
                new Text(x.TotalRequests.ToString(CultureInfo.InvariantCulture)), new Text(x.P95ResponseTime.ToString("0.##", CultureInfo.InvariantCulture)),
                new Text(x.ErrorRate.ToString("0.##", CultureInfo.InvariantCulture)));
        }

        Screen.On(session.Say).Write(table);
        await session.WriteJsonAsync(list);
        return 0;
    }
}
