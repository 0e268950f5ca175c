using System.Globalization;

namespace Loadstone.Local.Tests;

public sealed class ChildProcessTests
{
    private const int TimeoutMs = 30_000;

    [Fact(Timeout = TimeoutMs)]
    public async Task A_child_survives_the_thread_that_asked_for_it()
    {
        ChildProcess? child = null;
        var started = Ready();
        var command = Shell("trap 'exit 7' TERM; echo started; while :; do sleep 0.1; done");
        var thread = new Thread(() => child = ChildProcess.Start(command with { OnLine = _ => started.TrySetResult() }));
        thread.Start();
        thread.Join();
        await started.Task;

        await child!.StopAsync();

        Assert.Equal(7, await child.Exited);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task What_a_child_writes_to_either_stream_is_kept_in_order()
    {
        var log = Path.GetTempFileName();
        await using var child = ChildProcess.Start(Shell("echo one; echo two >&2; echo three; exit 3") with { LogFile = log });

        Assert.Equal(3, await child.Exited);
        Assert.Equal("one\ntwo\nthree", child.LogTail);
        Assert.Equal(["one", "two", "three"], await File.ReadAllLinesAsync(log));
        File.Delete(log);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_child_deaf_to_SIGTERM_is_killed_with_its_own_children()
    {
        var started = Ready();
        var child = ChildProcess.Start(Shell("trap '' TERM; sleep 600 & echo started; wait; sleep 600") with
        {
            OnLine = _ => started.TrySetResult(),
            StopTimeout = TimeSpan.FromMilliseconds(100),
        });
        await started.Task;
        using var grandchildren = Processes.Watch(Processes.DescendantsOf(child.Id));

        await child.DisposeAsync();

        Assert.Equal(137, await child.Exited);
        Assert.Equal(1, grandchildren.Count);
        Assert.True(await grandchildren.AllEndAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task What_a_child_leaves_running_ends_with_it()
    {
        var left = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var command = Shell("trap 'exit 0' TERM; sleep 600 & echo $!; while :; do sleep 0.1; done");
        await using var child = ChildProcess.Start(
            command with { OnLine = line => left.TrySetResult(int.Parse(line, CultureInfo.InvariantCulture)) });
        using var handle = Processes.Watch([await left.Task]);

        await child.StopAsync();

        Assert.Equal(1, handle.Count);
        Assert.True(await handle.AllEndAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_program_that_is_not_there_is_told_apart_from_one_that_fails()
    {
        await using var child = ChildProcess.Start(new ChildCommand("no-such-program"));

        Assert.Equal(127, await child.Exited);
        Assert.Contains("not found", child.LogTail, StringComparison.Ordinal);
    }

    private static ChildCommand Shell(string script) => new("sh", "-c", script);

    private static TaskCompletionSource Ready() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
