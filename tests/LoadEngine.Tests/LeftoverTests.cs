using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

/// <summary>Alone, because open files are counted for the whole process.</summary>
[Collection(nameof(AllocationTests))]
public sealed class LeftoverTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("{ type: constant }")]
    [InlineData("{ type: constant_arrival_rate, rate: 200 }")]
    public async Task A_run_that_is_stopped_in_the_middle_leaves_no_socket_no_loop_and_no_fault_behind(string load)
    {
        var unobserved = new List<Exception>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Add(e.Exception);
        TaskScheduler.UnobservedTaskException += Note;
        await RunAndStopAsync(load);
        await UntilAsync(() => Loops() == 0);
        var filesBefore = OpenFiles();
        for (var round = 0; round < 3; round++)
            await RunAndStopAsync(load);
        await UntilAsync(() => OpenFiles() <= filesBefore && Loops() == 0);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= Note;

        Assert.Empty(unobserved);
    }

    // Half of the requests are never answered; they are given up when the run is let go of.
    private static async Task RunAndStopAsync(string load)
    {
        await using var server = new ScriptedServer((connection, request) => request.Contains("/silent", StringComparison.Ordinal)
            ? Task.CompletedTask
            : connection.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        var plan = PlanFile.Parse($$"""
            name: x
            duration: 30s
            max_virtual_users: 20
            load_pattern: {{load}}
            scenario_config: { think_time: 1ms, weights: { a: 50, b: 50 }, scenarios: [
              { name: a, user_journey: [ { path: / } ] }, { name: b, user_journey: [ { path: /silent, timeout: 1s } ] } ] }
            """);
        await using var run = await LoadRun.PrepareAsync(new LoadOrder { Plan = plan, BaseUrls = [server.Url], Seed = 1 }, CancellationToken.None);
        var running = run.RunAsync(TimeSpan.Zero, _ => { });
        await server.UntilAskedAsync(40);
        run.Stop();
        var end = await running.WaitAsync(Patience);

        Assert.True(end.Cancelled);
        Assert.Null(end.Fault);
        Assert.Equal(end.Total.Total().Sent, end.Total.Total().Ended);
    }

    // The runtime keeps the files of libraries open as it comes to need them: only sockets and what loops are made of count.
    private static int OpenFiles() => Links("socket:") + Links("anon_inode:");

    private static int Loops() => Links("anon_inode:[timerfd]");

    private static int Links(string start) => Directory.GetFileSystemEntries("/proc/self/fd")
        .Count(file => new FileInfo(file).LinkTarget?.StartsWith(start, StringComparison.Ordinal) == true);

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds())
        {
            Assert.False(patience.IsCancellationRequested, $"{OpenFiles()} sockets and the like and {Loops()} loops are left");
            await Task.Yield();
        }
    }
}
