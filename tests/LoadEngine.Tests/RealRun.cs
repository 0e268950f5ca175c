using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>Runs a small journey for real and says what was measured. Whatever the target does, the run ends in time and its books balance.</summary>
internal static class RealRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>Runs the steps (YAML list items) for one user, so many times.</summary>
    public static Task<RunEnd> OfSteps(Uri target, string steps, int iterations = 1, string more = "", int users = 1) =>
        Of(PlanOf(steps, iterations, more, users), target);

    /// <summary>The same, where the target is the second one, to which nothing is connected before the first request.</summary>
    public static async Task<RunEnd> OfStepsUnprepared(Uri target, string steps, int iterations = 1)
    {
        await using var first = ScriptedServer.Saying("");
        return await Of(PlanOf(steps, iterations, "", users: 1), first.Url, target);
    }

    public static Task<RunEnd> Of(string plan, params Uri[] targets) => StoppedAfter(plan, int.MaxValue, targets);

    /// <summary>Runs a plan and stops it when so many seconds are measured.</summary>
    public static Task<RunEnd> StoppedAfter(string plan, int windows, params Uri[] targets)
    {
        var seen = 0;
        return Of(OrderOf(plan, targets), run =>
        {
            if (++seen == windows)
                run.Stop();
        });
    }

    /// <summary>Runs a plan where only some addresses may be reached.</summary>
    public static Task<RunEnd> Under(Plans.TargetPolicy policy, string plan, params Uri[] targets) =>
        Of(OrderOf(plan, targets) with { Policy = policy }, _ => { });

    /// <summary>Runs a plan under a ceiling of requests per second.</summary>
    public static async Task<(RunEnd End, IReadOnlyList<MetricWindow> Windows)> Below(double maxRps, string plan, Uri target)
    {
        var windows = new List<MetricWindow>();
        return (await Of(OrderOf(plan, [target]) with { MaxRps = maxRps }, _ => { }, windows), windows);
    }

    private static LoadOrder OrderOf(string plan, Uri[] targets) => new()
    {
        Plan = Plans.PlanFile.Parse(plan).WithScenarios(_ => null, new Plans.DocumentErrors()),
        BaseUrls = targets,
        Seed = 1,
    };

    private static async Task<RunEnd> Of(LoadOrder order, Action<LoadRun> onWindow, List<MetricWindow>? measured = null)
    {
        await using var run = await LoadRun.PrepareAsync(order, CancellationToken.None);
        measured ??= [];
        var end = await run.RunAsync(TimeSpan.Zero, window =>
        {
            measured.Add(window);
            onWindow(run);
        }).WaitAsync(Patience);
        Assert.Null(end.Fault);
        Ledger.AssertBalanced(end, measured);
        return end;
    }

    /// <summary>The steps as a whole plan.</summary>
    public static string PlanOf(string steps, int iterations, string more, int users) => $$"""
        name: x
        duration: 30s
        max_virtual_users: {{users}}
        load_pattern: { type: per_user_iterations, iterations: {{iterations}} }
        scenario_config:
          think_time: 0
          {{more}}
          scenarios:
            - name: s
              user_journey:
                {{steps.ReplaceLineEndings("\n        ")}}
        """;
}
