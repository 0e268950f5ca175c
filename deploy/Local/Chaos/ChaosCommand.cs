using System.CommandLine;
using System.Globalization;
using Loadstone.Plans;

namespace Loadstone.Local.Chaos;

/// <summary>
/// `chaos`: run after run, and in the middle of each something is killed or frozen and comes back. What the target counted must be what is
/// reported, and every run must end with a verdict.
/// </summary>
internal static class ChaosCommand
{
    private static readonly Option<int> Rounds = new("--rounds") { Description = "How many runs.", DefaultValueFactory = _ => 20 };
    private static readonly Option<int?> Seed = new("--seed") { Description = "Strikes the same again; drawn and told when not given." };
    private static readonly Option<string[]> Only = new("--only") { Description = "Strikes only this; may be given again." };
    private static readonly Option<string?> Json = new("--json") { Description = "Writes every round to a file, or to standard output with -." };

    public static Command Command(Option<string> clone)
    {
        Rounds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--rounds must be at least 1.");
        });
        Only.AcceptOnlyFromAmong([.. Victims.All]);
        var command = new Command("chaos", "Runs with two workers; in each, something is killed (-9) or frozen and comes back. Ends with 1 when a count is wrong or a run does not end.")
        {
            Rounds, Seed, Only, Json, clone,
        };
        command.SetAction(given => RunAsync(given.GetValue(clone)!, given.GetValue(Rounds), given.GetValue(Seed), given.GetValue(Only) ?? [], given.GetValue(Json)));
        return command;
    }

    private static Task<int> RunAsync(string clone, int rounds, int? givenSeed, IReadOnlyList<string> only, string? json) => Ending.RunAsync(async ending =>
    {
        var result = ResultFile.Open("--json", json);
        Action<string> say = result is { IsStandardOutput: true } ? Console.Error.WriteLine : Console.WriteLine;
        using var folder = StateFolder.Open(clone, "chaos");
        await using var servers = await LocalServers.StartAsync(folder, say, ending);
        say("Starting the services, and a second worker…");
        await using var platform = await Platform.StartAsync(folder, servers, new Dictionary<string, string>(), ending);
        await platform.StartAnotherAsync(Victims.Worker, new Dictionary<string, string> { ["LOADSTONE_WORKER_NAME"] = "worker-2" }, ending);
        var victims = new Victims(folder, servers, platform);
        var names = NamesOf(victims, only);
        var seed = givenSeed ?? Random.Shared.Next();
        say(string.Create(CultureInfo.InvariantCulture, $"seed {seed}; the same rounds again: ./loadstone chaos --seed {seed} --rounds {rounds}{string.Concat(only.Select(name => $" --only {name}"))}"));
        using var run = new ChaosRun(platform, victims);
        var played = await PlayAsync(run, seed, Enumerable.Range(1, rounds).Select(round => Blow.Of(seed, round, names)), say, ending);
        await (result?.WriteJsonAsync(new { seed, rounds = played.Select(Summary) }) ?? Task.CompletedTask);
        var wrong = played.Count(r => r.Faults().Any());
        say($"{played.Count - wrong} of {played.Count} rounds held{(wrong == 0 ? "" : $"; the logs are in {Path.Combine(folder.Path, "logs")}")}");
        return wrong == 0 ? 0 : 1;
    }, Ending.Cancelled);

    private static IReadOnlyList<string> NamesOf(Victims victims, IReadOnlyList<string> only) => only.Count == 0 ? victims.Names
        : only.FirstOrDefault(name => !victims.Names.Contains(name)) is not { } unknown ? only
        : throw new LocalServerException($"--only {unknown}: it is one that the environment names, and not ours to strike");

    private static async Task<List<Round>> PlayAsync(ChaosRun run, int seed, IEnumerable<Blow> blows, Action<string> say, CancellationToken ending)
    {
        var played = new List<Round>();
        foreach (var blow in blows)
        {
            played.Add(await run.PlayAsync(seed, blow, ending));
            say(played[^1].InWords());
        }

        return played;
    }

    private static object Summary(Round r) => new
    {
        round = r.Blow.Round,
        victim = r.Blow.Victim,
        kind = r.Blow.Kind,
        at_second = r.Blow.AtSecond,
        away_seconds = r.Blow.AwaySeconds,
        execution_id = r.Execution?.Id,
        status = r.Execution?.Status,
        verdict = r.Execution?.Verdict,
        target_requests = r.TargetRequests,
        total_requests = r.Execution?.TotalRequests,
        unknown_requests_max = r.Execution?.UnknownRequestsMax,
        planned_requests = r.PlannedRequests,
        carried_on_after_seconds = r.CarriedOnAfterSeconds is { } after ? Math.Round(after, 2) : (double?)null,
        took_seconds = Math.Round(r.TookSeconds, 1),
        faults = r.Faults(),
    };
}
