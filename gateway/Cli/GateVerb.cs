using System.CommandLine;
using Loadstone.Client;

namespace Loadstone.Cli;

/// <summary><c>gate ID</c>: waits for the end of a test, and ends as its gate says.</summary>
internal static class GateVerb
{
    private const int AtOnceSeconds = 20;

    private static readonly Argument<Guid> Id = new("ID") { Description = "The test's id, which is that of its execution." };
    private static readonly Option<double> Longest = new("--for") { Description = "For how many minutes to wait for the test's end.", DefaultValueFactory = _ => 150 };

    public static Command Command()
    {
        var command = new Command("gate", "Says whether a test speaks against a deployment. Exit code: 0 nothing does, 1 something does, 2 no answer, 3 invalid, 4 inconclusive, 5 cancelled.") { Id, Longest };
        new Connection().Attach(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given, Connection.Session session, CancellationToken cancellation)
    {
        var gate = await AskAsync(given.GetValue(Id), TimeSpan.FromMinutes(given.GetValue(Longest)), session, cancellation);
        session.Say.WriteLine($"gate {gate.Status}{(gate.Verdict is null ? "" : $", verdict {gate.Verdict}")}");
        foreach (var check in gate.Checks.Where(c => c.Status != "passed"))
            session.Say.WriteLine($"  {check.Status}: {check.Details ?? check.Name}");
        await session.WriteJsonAsync(gate);
        return ExitCodeOf(gate);
    }

    // The gateway holds a question for a minute at most, so a longer wait is many of them.
    private static async Task<GateAnswer> AskAsync(Guid id, TimeSpan longest, Connection.Session session, CancellationToken cancellation)
    {
        var until = DateTimeOffset.UtcNow + longest;
        while (true)
        {
            var left = (int)Math.Clamp((until - DateTimeOffset.UtcNow).TotalSeconds, 0, AtOnceSeconds);
            var gate = await session.Api.GateAsync(id, left, cancellation);
            if (gate.Status != "pending" || left == 0)
                return gate;
        }
    }

    private static int ExitCodeOf(GateAnswer gate) => gate switch
    {
        { Status: "pass" } => 0,
        { Status: "pending" } => Connection.CouldNotRun,
        _ when gate.Checks.Any(c => c is { Kind: "measurement", Name: "execution" } && c.Details!.Contains("cancelled", StringComparison.Ordinal)) => 5,
        { Verdict: null } => Connection.CouldNotRun,
        { Verdict: "invalid" } => 3,
        { Verdict: "inconclusive" } => 4,
        _ => 1,
    };
}
