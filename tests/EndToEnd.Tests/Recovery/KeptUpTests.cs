using System.Collections.Concurrent;
using Loadstone.Local;

namespace Loadstone.EndToEnd.Tests.Recovery;

/// <summary>A service that dies is started again, and nobody who is at work is sent away.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class KeptUpTests(RunningPlatform running)
{
    [Fact]
    public async Task A_service_that_dies_is_started_again_at_its_address()
    {
        using var ending = new CancellationTokenSource(RunningPlatform.Longest);
        var back = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var keeping = running.Platform.KeepUpAsync(line => Hear(line, "analysis is back.", back), ending.Token);

        await running.Platform.KillAsync("analysis");

        Assert.Same(back.Task, await Task.WhenAny(back.Task, keeping));
        using var direct = new HttpClient { BaseAddress = running.Platform.UrlOf("analysis") };
        Assert.True((await direct.GetAsync("/health/ready")).IsSuccessStatusCode);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => keeping);
    }

    [Fact]
    public async Task A_service_that_dies_again_and_again_is_given_up_and_no_other_is_kept_up_any_more()
    {
        using var ending = new CancellationTokenSource(3 * RunningPlatform.Longest);
        var said = new ConcurrentQueue<string>();
        var keeping = running.Platform.KeepUpAsync(line =>
        {
            said.Enqueue(line);
            _ = KillAgainAsync(line, "analysis");
        }, ending.Token);

        await running.Platform.KillAsync("analysis");
        var why = await keeping;
        await running.Platform.RestartAsync("analysis", CancellationToken.None);
        await running.Platform.KillAsync("configuration");
        await running.Platform.RestartAsync("configuration", CancellationToken.None);

        Assert.DoesNotContain(said, line => line.StartsWith("configuration", StringComparison.Ordinal));
        Assert.StartsWith("analysis died 5 times within a minute, the last time with code 137, and is given up. Its log is ", why);
    }

    [Fact]
    public async Task Being_asked_to_end_stops_the_run_even_if_the_scheduler_was_away_just_then()
    {
        var plan = Path.GetTempFileName();
        await File.WriteAllTextAsync(plan, RunningPlatform.Plan(""" "duration": "60s" """).ToJsonString());
        var (begun, refused) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var run = ChildProcess.Start(Run(plan) with
        {
            OnLine = line =>
            {
                Hear(line, "   2 s", begun);
                Hear(line, "It could not be stopped yet", refused);
            },
        });
        Assert.Same(begun.Task, await Task.WhenAny(begun.Task, run.Exited));

        await running.Platform.KillAsync("scheduler");
        // As Ctrl-C does; but whoever is started by a script in the background is deaf to SIGINT.
        Signals.Send(run.Id, Signal.Terminate);
        Assert.True(await Task.WhenAny(refused.Task, run.Exited) == refused.Task, run.LogTail);
        await running.Platform.RestartAsync("scheduler", CancellationToken.None);

        Assert.True(await run.ExitedWithinAsync(RunningPlatform.Longest, CancellationToken.None) == 5, run.LogTail);
        File.Delete(plan);
    }

    [Fact]
    public async Task The_command_line_follows_its_run_over_the_death_of_the_scheduler()
    {
        var plan = Path.GetTempFileName();
        await File.WriteAllTextAsync(plan, RunningPlatform.Plan(""" "duration": "5s" """).ToJsonString());
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var run = ChildProcess.Start(Run(plan) with { OnLine = line => Hear(line, "execution ", begun) });
        Assert.Same(begun.Task, await Task.WhenAny(begun.Task, run.Exited));

        await running.Platform.KillAsync("scheduler");
        await running.Platform.RestartAsync("scheduler", CancellationToken.None);

        await run.ExitedWithinAsync(RunningPlatform.Longest, CancellationToken.None);
        Assert.Contains("status completed", run.LogTail);
        File.Delete(plan);
    }

    private ChildCommand Run(string plan) => new(
        "dotnet", Platform.ProgramOf(StateFolder.FindClone(), "Cli"), "run", plan, "--gateway", running.Platform.Gateway.ToString());

    private async Task KillAgainAsync(string line, string service)
    {
        if (line == $"{service} is back.")
            await running.Platform.KillAsync(service);
    }

    private static void Hear(string line, string awaited, TaskCompletionSource heard)
    {
        if (line.StartsWith(awaited, StringComparison.Ordinal))
            heard.TrySetResult();
    }
}
