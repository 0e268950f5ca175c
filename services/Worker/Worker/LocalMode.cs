using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Text.Json;
using Loadstone.LoadEngine;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Worker;

/// <summary>The engine alone, without a platform: <c>loadstone local PLAN.yaml|URL</c>.</summary>
internal static class LocalMode
{
    // How long Ctrl-C may take: the requests under way are waited for, and judged with the rest.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly Argument<string> Source = new("PLAN.yaml|URL") { Description = "A plan file, the name of a shipped plan, or a URL to request again and again." };
    private static readonly Option<int?> Users = new("--users") { Description = "Virtual users (for a URL: 10, or the pool for --rate)." };
    private static readonly Option<double?> Rate = new("--rate") { Description = "Arrivals per second instead of a fixed number of users at work." };
    private static readonly Option<string?> Duration = new("--duration") { Description = "How long, such as 10s or 2m (for a URL: 10s)." };
    private static readonly Option<string?> ThinkTime = new("--think-time") { Description = "The pause after each request (for a URL: 0s)." };
    private static readonly Option<double?> Scale = new("--scale") { Description = "Multiplies users, rates and least throughputs; never below one user." };
    private static readonly Option<double?> TimeScale = new("--time-scale") { Description = "Multiplies durations, ramps and stages; never below one second." };
    private static readonly Option<string?> Target = new("--target") { Description = "The base URL that a plan's relative paths go to." };
    private static readonly Option<string?> Json = new("--json") { Description = "Writes the result as JSON to a file, or to standard output with -." };

    public static async Task<int> RunAsync(string[] args)
    {
        var command = new Command("local", "Runs a load test with this process alone: no servers, no history. Exit code: 0 passed, 1 failed its criteria, "
            + "2 could not run, 3 invalid, 4 inconclusive, 5 cancelled.") { Source, Users, Rate, Duration, ThinkTime, Scale, TimeScale, Target, Json };
        command.SetAction(RunAsync);
        // Not a RootCommand: that one calls itself by the assembly's name, which nobody types.
        var given = new Command("./loadstone") { new HelpOption(), command }.Parse(args);
        var exitCode = await given.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Patience });
        return given.Action is ParseErrorAction ? LocalResult.CouldNotRun : exitCode;
    }

    private static async Task<int> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        try
        {
            var (plan, target) = PlanOf(given);
            var errors = new DocumentErrors();
            var whole = plan.WithScenarios(_ => null, errors);
            if (!errors.None)
                throw new InvalidPlanException(errors);
            return await RunAsync(whole, target, ResultFile.Open(Json.Name, given.GetValue(Json)), cancellation);
        }
        catch (NoTargetException e)
        {
            // The engine's sentence fits the platform too, where the environment names the target.
            await Console.Error.WriteLineAsync($"{e.Message} with {Target.Name} URL");
            return LocalResult.CouldNotRun;
        }
        catch (Exception e) when (e is InvalidPlanException or PlanNotRunnableException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return LocalResult.CouldNotRun;
        }
    }

    private static async Task<int> RunAsync(TestPlan plan, Uri? target, ResultFile? json, CancellationToken cancellation)
    {
        var say = json is { IsStandardOutput: true } ? Console.Error : Console.Out;
        foreach (var line in PlanExplanation.Of(plan))
            await say.WriteLineAsync(line);
        await WarmUp.RunAsync(cancellation);
        await using var run = await LoadRun.PrepareAsync(OrderOf(plan, target), cancellation);
        await using var stopping = cancellation.Register(run.Stop);
        var (watch, criteria) = (new GeneratorWatch(), plan.SuccessCriteria.All().ToList());
        var selected = new SelectedSeconds(criteria);
        var cpuBefore = Environment.CpuUsage.TotalTime;
        var end = await run.RunAsync(TimeSpan.FromMilliseconds(50), window =>
        {
            watch.Add(window);
            selected.Add(window);
            if (LineOf(window) is { } line)
                say.WriteLine(line);
        });
        var verdict = Verdict.Judge(criteria, c => selected.ValueOf(c, end.Total), end.Fault is null ? watch.Faults(end.Total) : [end.Fault.Message]);
        var result = LocalResult.Of(end, verdict, Environment.CpuUsage.TotalTime - cpuBefore);
        result.Write(say);
        if (json is not null)
            await json.WriteJsonAsync(result);
        return result.ExitCode;
    }

    private static LoadOrder OrderOf(TestPlan plan, Uri? target) => new()
    {
        Plan = plan,
        BaseUrls = target is null ? [] : [target],
        Seed = plan.Seed ?? Random.Shared.Next(),
        AnyOrigin = true,
    };

    private static (TestPlan Plan, Uri? Target) PlanOf(ParseResult given)
    {
        var source = given.GetValue(Source)!;
        var isUrl = Uri.TryCreate(source, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
        var plan = isUrl ? PlanFor(url!, given) : Sized(Changed(PlanLibrary.Find(source) ?? FeederFile.LoadPlan(source), given), given);
        if (plan.AbTest is not null)
            throw new IOException("the engine alone does not judge A/B tests: run it on the platform, with ./loadstone run");
        var target = given.GetValue(Target) is { } text
            ? Uri.TryCreate(text, UriKind.Absolute, out var named) ? named : throw new IOException($"--target {text} is not a URL")
            : null;
        return (plan, isUrl ? url : target);
    }

    private static TestPlan PlanFor(Uri url, ParseResult given) => Changed(new TestPlan
    {
        Name = url.ToString(),
        MaxVirtualUsers = given.GetValue(Rate) is null ? 10 : 1000,
        Duration = TimeSpan.FromSeconds(10),
        LoadPattern = new ConstantLoad(),
        ScenarioConfig = new ScenarioConfig
        {
            ThinkTime = DurationDistribution.Always(TimeSpan.Zero),
            Scenarios = [new Scenario { Name = "url", Journey = [new HttpStep { Name = $"GET {url.AbsolutePath}", Path = url.PathAndQuery }] }],
        },
    }, given);

    private static TestPlan Sized(TestPlan plan, ParseResult given)
    {
        var errors = new DocumentErrors();
        var sized = new PlanScale(given.GetValue(Scale) ?? 1, given.GetValue(TimeScale) ?? 1).Apply(plan, errors);
        return errors.None ? sized : throw new InvalidPlanException(errors);
    }

    // What is given on the command line wins over what the plan says.
    private static TestPlan Changed(TestPlan plan, ParseResult given)
    {
        var document = plan.ToJson();
        if (given.GetValue(Users) is { } users)
            document["max_virtual_users"] = users;
        if (given.GetValue(Rate) is { } rate)
            document["load_pattern"] = new System.Text.Json.Nodes.JsonObject { ["type"] = "constant_arrival_rate", ["rate"] = rate };
        if (given.GetValue(Duration) is { } duration)
            Replace(document, "duration", duration, "duration_minutes", "ramp_up_duration_minutes", "ramp_down_duration_minutes");
        if (given.GetValue(Rate) is not null)
            Replace(document, null, null, "ramp_up_duration_minutes", "ramp_down_duration_minutes");
        if (given.GetValue(ThinkTime) is { } think)
            document["scenario_config"]!["think_time"] = think;
        var errors = new DocumentErrors();
        var changed = TestPlan.Read(JsonSerializer.SerializeToNode(document), errors);
        return errors.None ? changed : throw new InvalidPlanException(errors);
    }

    private static void Replace(System.Text.Json.Nodes.JsonObject document, string? name, string? value, params string[] instead)
    {
        foreach (var old in instead)
            document.Remove(old);
        if (name is not null)
            document[name] = value;
    }

    /// <summary>What a person sees of a window; null when there is nothing to see, as in a last one that holds no load and no answers.</summary>
    internal static string? LineOf(MetricWindow window)
    {
        var total = window.Total();
        if (window.Seconds == 0 && total.Sent == 0 && total.Ended == 0)
            return null;
        return string.Create(CultureInfo.InvariantCulture,
            $"{window.Sequence + 1,4} s  {window.VirtualUsers,6} users  {total.Sent,8} requests/s  p95 {total.Response.PercentileMs(95),8:0.##} ms  errors {total.FailedRequests,6}");
    }
}
