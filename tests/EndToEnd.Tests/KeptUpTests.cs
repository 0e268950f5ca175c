using Loadstone.Local;

namespace Loadstone.EndToEnd.Tests;

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
    public async Task The_command_line_follows_its_run_over_the_death_of_the_scheduler()
    {
        var plan = Path.GetTempFileName();
        await File.WriteAllTextAsync(plan, RunningPlatform.Plan(""" "duration": "5s" """).ToJsonString());
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var command = new ChildCommand(
            "dotnet", Platform.ProgramOf(StateFolder.FindClone(), "Cli"), "run", plan, "--gateway", running.Platform.Gateway.ToString());
        await using var run = ChildProcess.Start(command with { OnLine = line => Hear(line, "execution ", begun) });
        Assert.Same(begun.Task, await Task.WhenAny(begun.Task, run.Exited));

        await running.Platform.KillAsync("scheduler");
        await running.Platform.RestartAsync("scheduler", CancellationToken.None);

        Assert.True(await run.ExitedWithinAsync(RunningPlatform.Longest, CancellationToken.None) == 0, run.LogTail);
        File.Delete(plan);
    }

    private static void Hear(string line, string awaited, TaskCompletionSource heard)
    {
        if (line.StartsWith(awaited, StringComparison.Ordinal))
            heard.TrySetResult();
    }
}
