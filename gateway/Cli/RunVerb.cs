using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Plans;

namespace Loadstone.Cli;

/// <summary><c>run PLAN.yaml</c>: stores the plan under its name, runs it, shows how it goes, and ends with the verdict as exit code.</summary>
internal static class RunVerb
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);

    private static readonly Argument<string> Source = new("PLAN.yaml|NAME") { Description = "A plan file, or the name of a stored configuration." };
    private static readonly Option<string?> Name = new("--name") { Description = "The execution's name." };
    private static readonly Option<string?> Report = new("--report") { Description = "Writes the report as HTML to a file." };

    public static Command Command()
    {
        var command = new Command("run", "Runs a load test. Exit code: 0 passed, 1 failed its criteria, 2 could not run, 3 invalid, 4 inconclusive, 5 cancelled.")
        {
            Source, Name, Report,
        };
        new Connection().Attach(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given, Connection.Session session, CancellationToken cancellation)
    {
        var report = ResultFile.Open(Report.Name, given.GetValue(Report));
        var configuration = await ConfigurationAsync(given.GetValue(Source)!, session, cancellation);
        // Not broken off by Ctrl-C: the run may have begun, and only its answer says which one there is to stop.
        var asked = await session.Api.ExecuteAsync(Guid.NewGuid().ToString(), new ExecuteRequest(configuration, given.GetValue(Name)), CancellationToken.None);
        session.Say.WriteLine($"execution {asked.Execution.Id} ({asked.Execution.ExecutionName})");
        var execution = await FollowAsync(asked.Execution.Id, session, cancellation);
        await ResultTable.WriteAsync(session, execution);
        await session.WriteJsonAsync(execution);
        if (report is not null && execution.Verdict is not null)
            await report.WriteAsync(await session.Api.ReportAsync(execution.Id, "html", CancellationToken.None));
        return ExitCodeOf(execution);
    }

    private static async Task<Guid> ConfigurationAsync(string source, Connection.Session session, CancellationToken cancellation)
    {
        var plan = File.Exists(source) || source.EndsWith(".yaml", StringComparison.Ordinal) ? FeederFile.LoadPlan(source) : null;
        var name = plan?.Name ?? source;
        var stored = (await session.Api.ConfigurationsAsync(name, 200, cancellation)).Configurations.FirstOrDefault(c => c["name"]!.ToString() == name);
        if (plan is null)
            return IdOf(stored ?? throw new IOException($"There is neither a plan file nor an active configuration named {source}."));
        foreach (var line in PlanExplanation.Of(plan))
            session.Say.WriteLine(line);
        var document = plan.ToJson();
        var answer = stored is null
            ? await session.Api.CreateConfigurationAsync(document, cancellation)
            : await session.Api.UpdateConfigurationAsync(IdOf(stored), $"\"{stored["version"]}\"", document, cancellation);
        return IdOf(answer.Configuration);
    }

    // Ctrl-C ends the run on the platform too, and waits for what it measured.
    private static async Task<ExecutionView> FollowAsync(Guid id, Connection.Session session, CancellationToken cancellation)
    {
        var stop = new StopRequest(id, session.Api, session.Say, Patience);
        await using var stopping = cancellation.Register(stop.Begin);
        using var timer = new PeriodicTimer(Every);
        var progress = new ProgressLine(session.Say);
        var heard = Stopwatch.GetTimestamp();
        while (true)
        {
            stop.ThrowIfGivenUp();
            var mayWait = stop.IsUnderWay || Stopwatch.GetElapsedTime(heard) < Patience;
            if (await StatusAsync(id, session, mayWait) is { } status)
            {
                heard = Stopwatch.GetTimestamp();
                progress.Show(status);
                if (status.Execution.IsOver)
                    return status.Execution;
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    // A service that is away for a moment ends no run, so it does not end the following of it either.
    private static async Task<ExecutionStatusAnswer?> StatusAsync(Guid id, Connection.Session session, bool mayWait)
    {
        using var limited = new CancellationTokenSource(LongestAnswer);
        try
        {
            return await session.Api.StatusAsync(id, limited.Token);
        }
        catch (Exception e) when (e is LoadstoneException { IsPassing: true } or OperationCanceledException)
        {
            return mayWait ? null : throw new IOException(
                $"{(e is LoadstoneException ? e.Message.TrimEnd('.') : "The gateway does not answer")}. The execution {id} is not followed any more and "
                + $"may go on. See how it stands with ./loadstone status {id}, end it with ./loadstone stop {id}", e);
        }
    }

    private static Guid IdOf(JsonObject configuration) => configuration["id"]!.GetValue<Guid>();

    private static int ExitCodeOf(ExecutionView execution) => execution switch
    {
        { Status: "cancelled" } => 5,
        { Status: "failed", Verdict: null } => Connection.CouldNotRun,
        { Verdict: VerdictOutcome.Invalid } => 3,
        { Status: "failed" } or { Verdict: VerdictOutcome.Failed } => 1,
        { Verdict: VerdictOutcome.Passed } => 0,
        _ => 4,
    };
}
