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

    private static readonly Argument<string> Source = new("PLAN.yaml|NAME") { Description = "A plan file, or the name of a stored configuration or a shipped plan." };
    private static readonly Option<string?> Name = new("--name") { Description = "The execution's name." };
    private static readonly Option<double?> Users = new("--scale") { Description = "Multiplies users, rates and least throughputs, such as by 0.1; never below one user." };
    private static readonly Option<double?> Time = new("--time-scale") { Description = "Multiplies durations, ramps and stages; never below one second." };
    private static readonly Option<string?> Report = new("--report") { Description = "Writes the report as HTML to a file." };
    private static readonly Option<string?> JUnit = new("--junit") { Description = "Writes the criteria as JUnit XML to a file." };
    private static readonly Option<string?> Markdown = new("--markdown") { Description = "Writes the report as Markdown, for a comment on a pull request." };
    private static readonly Option<string?> Csv = new("--csv") { Description = "Writes the operations as CSV." };
    private static readonly (Option<string?> Option, string Format)[] Reports = [(Report, "html"), (JUnit, "junit"), (Markdown, "markdown"), (Csv, "csv")];

    public static Command Command()
    {
        var command = new Command("run", "Runs a load test. Exit code: 0 passed, 1 failed its criteria, 2 could not run, 3 invalid, 4 inconclusive, 5 cancelled.")
        {
            Source, Name, Report, JUnit, Markdown, Csv, Users, Time,
        };
        new Connection().Attach(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given, Connection.Session session, CancellationToken cancellation)
    {
        var reports = Reports.Select(r => (File: ResultFile.Open(r.Option.Name, given.GetValue(r.Option)), r.Format)).Where(r => r.File is not null).ToList();
        var request = await RequestAsync(given, session, cancellation);
        // Not broken off by Ctrl-C: the run may have begun, and only its answer says which one there is to stop.
        var asked = await session.Api.ExecuteAsync(Guid.NewGuid().ToString(), request with { ExecutionName = given.GetValue(Name) }, CancellationToken.None);
        session.Say.WriteLine($"execution {asked.Execution.Id} ({asked.Execution.ExecutionName})");
        var execution = await FollowAsync(asked.Execution.Id, session, cancellation);
        await ResultTable.WriteAsync(session, execution);
        await session.WriteJsonAsync(execution);
        foreach (var (file, format) in execution.Verdict is null ? [] : reports)
            await file!.WriteAsync(await session.Api.ReportAsync(execution.Id, format, CancellationToken.None));
        return ExitCodeOf(execution);
    }

    private static async Task<ExecuteRequest> RequestAsync(ParseResult given, Connection.Session session, CancellationToken cancellation)
    {
        var scale = new PlanScale(given.GetValue(Users) ?? 1, given.GetValue(Time) ?? 1);
        var asked = new ExecuteRequest(null, null, given.GetValue(Users), given.GetValue(Time));
        var source = given.GetValue(Source)!;
        if (File.Exists(source) || source.EndsWith(".yaml", StringComparison.Ordinal))
            return await StoredAsync(FeederFile.LoadPlanToSend(source), scale, asked, session, cancellation);
        var stored = await FindAsync(source, session, cancellation);
        if (stored is null && PlanLibrary.Find(source) is null)
            throw new IOException($"There is neither a plan file nor an active configuration nor a shipped plan named {source}.");
        return stored is null ? asked with { PlanId = source } : asked with { ConfigurationId = IdOf(stored) };
    }

    // The plan is stored as it was written, so that its runs can be compared. One that only its scale brings within the limits
    // of its environment cannot be: it is stored in the size that it runs in, under a name that says so.
    private static async Task<ExecuteRequest> StoredAsync(
        TestPlan plan, PlanScale scale, ExecuteRequest asked, Connection.Session session, CancellationToken cancellation)
    {
        var errors = new DocumentErrors();
        var sized = scale.Apply(plan, errors);
        if (!errors.None)
            throw new InvalidPlanException(errors);
        foreach (var line in PlanExplanation.Of(sized))
            session.Say.WriteLine(line);
        try
        {
            return asked with { ConfigurationId = await StoreAsync(plan, session, cancellation) };
        }
        catch (LoadstoneException e) when (scale != PlanScale.None && e.Errors.Count > 0 && e.Errors.Keys.All(k => k is "max_virtual_users" or "duration_minutes" or "load_pattern"))
        {
            var named = sized with { Name = $"{plan.Name} ({scale.InWords})" };
            return asked with { ConfigurationId = await StoreAsync(named, session, cancellation), Scale = null, TimeScale = null };
        }
    }

    private static async Task<Guid> StoreAsync(TestPlan plan, Connection.Session session, CancellationToken cancellation)
    {
        var stored = await FindAsync(plan.Name, session, cancellation);
        var answer = stored is null
            ? await session.Api.CreateConfigurationAsync(plan.ToJson(), cancellation)
            : await session.Api.UpdateConfigurationAsync(IdOf(stored), $"\"{stored["version"]}\"", plan.ToJson(), cancellation);
        return IdOf(answer.Configuration);
    }

    private static async Task<JsonObject?> FindAsync(string name, Connection.Session session, CancellationToken cancellation) =>
        (await session.Api.ConfigurationsAsync(name, 200, cancellation)).Configurations.FirstOrDefault(c => c["name"]!.ToString() == name);

    // Ctrl-C ends the run on the platform too, and waits for what it measured.
    private static async Task<ExecutionView> FollowAsync(Guid id, Connection.Session session, CancellationToken cancellation)
    {
        var stop = new StopRequest(id, session.Api, session.Say, Patience, TimeProvider.System);
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
