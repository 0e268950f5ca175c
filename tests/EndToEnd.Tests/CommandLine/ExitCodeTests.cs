using Loadstone.Local;

namespace Loadstone.EndToEnd.Tests.CommandLine;

/// <summary>Exit codes that no CI job may take for a verdict.</summary>
public sealed class ExitCodeTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("Cli", "run")]
    [InlineData("Cli", "run", "plan.yaml", "--no-such-flag")]
    [InlineData("Cli", "status", "not-an-id")]
    [InlineData("Cli", "list", "--gateway", "ftp://127.0.0.1/")]
    [InlineData("Worker", "local")]
    [InlineData("Worker", "local", "http://127.0.0.1:1/", "--rate", "many")]
    [InlineData("Local", "demo", "--no-such-flag")]
    public async Task A_wrong_command_line_is_no_failed_test_but_one_that_could_not_run(string project, params string[] arguments)
    {
        var command = new ChildCommand("dotnet", [Platform.ProgramOf(StateFolder.FindClone(), project), .. arguments]);
        await using var program = ChildProcess.Start(command);

        Assert.Equal(2, await program.ExitedWithinAsync(Longest, CancellationToken.None));
        Assert.DoesNotContain("   at ", program.LogTail);
    }

    [Fact]
    public async Task What_is_asked_to_end_before_it_is_done_says_so() => Assert.Equal(Ending.Cancelled, await Ending.RunAsync(async ending =>
    {
        Signals.Send(Environment.ProcessId, Signal.Terminate);
        await Task.Delay(Longest, ending);
        return 0;
    }, Ending.Cancelled));
}
