using System.CommandLine;

namespace Loadstone.Cli;

/// <summary><c>compare ID ID…</c>: how executions differ from the first of them.</summary>
internal static class CompareVerb
{
    private const int Regression = 1;

    private static readonly Argument<Guid[]> Ids = new("ID") { Description = "The executions, the one to compare with first.", Arity = new ArgumentArity(2, 10) };

    public static Command Command()
    {
        var command = new Command("compare", "Shows how executions differ from the first of them. Exit code: 1 when one is a regression, else 0.") { Ids };
        new Connection().Attach(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given, Connection.Session session, CancellationToken cancellation)
    {
        var answer = await session.Api.CompareAsync(string.Join(',', given.GetValue(Ids)!), cancellation);
        foreach (var line in answer.Insights)
            session.Say.WriteLine(line);
        await session.WriteJsonAsync(answer);
        return answer.Comparison["changes"]!.AsArray().Any(c => c!["verdict"]!.ToString() == "regression") ? Regression : 0;
    }
}
