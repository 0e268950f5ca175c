using System.CommandLine;
using Loadstone.Plans;

namespace Loadstone.Cli;

/// <summary><c>report ID</c>: a report of an execution that is over, of any type and in any format.</summary>
internal static class ReportVerb
{
    private static readonly Argument<Guid> Id = new("ID") { Description = "The execution's id." };
    private static readonly Option<string> Type = new("--type") { Description = "summary, detailed, trend_analysis or comparison.", DefaultValueFactory = _ => "summary" };
    private static readonly Option<string> Format = new("--format") { Description = "markdown, html, json, junit or csv.", DefaultValueFactory = _ => "markdown" };
    private static readonly Option<string?> To = new("--to") { Description = "Writes it to a file instead of standard output." };

    private static readonly Option<bool> Redact = new("--redact") { Description = "Leaves out hosts, addresses, URLs and people, for readers outside." };

    public static Command Command()
    {
        var command = new Command("report", "Writes a report of an execution that is over.") { Id, Type, Format, To, Redact };
        new Connection().Attach(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given, Connection.Session session, CancellationToken cancellation)
    {
        var file = ResultFile.Open(To.Name, given.GetValue(To) ?? "-")!;
        await file.WriteAsync(await session.Api.ReportAsync(given.GetValue(Id), given.GetValue(Format)!, given.GetValue(Type)!, given.GetValue(Redact) ? true : null, cancellation));
        return 0;
    }
}
