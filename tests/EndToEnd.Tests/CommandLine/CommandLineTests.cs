using Loadstone.Local;

namespace Loadstone.EndToEnd.Tests.CommandLine;

/// <summary>What the programs behind ./loadstone say to the person who types.</summary>
public sealed class CommandLineTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("Cli", "./loadstone run <PLAN.yaml|NAME> [options]", "run", "--help")]
    [InlineData("Cli", "./loadstone [command] [options]", "--help")]
    [InlineData("Worker", "./loadstone local <PLAN.yaml|URL> [options]", "local", "--help")]
    [InlineData("Local", "./loadstone demo [options]", "demo", "--help")]
    [InlineData("Local", "SIGTERM", "up", "--help")]
    public async Task Help_shows_what_is_typed(string project, string expected, params string[] arguments) =>
        Assert.Contains(expected, await OutputAsync(0, project, arguments));

    [Theory]
    [InlineData("Cli", "run", "plan.yaml", "--gateway", "http://127.0.0.1:1", "--json", "/nowhere/x.json")]
    [InlineData("Cli", "run", "plan.yaml", "--gateway", "http://127.0.0.1:1", "--report", "/nowhere/x.html")]
    [InlineData("Worker", "local", "http://127.0.0.1:1/", "--json", "/nowhere/x.json")]
    [InlineData("Local", "demo", "--json", "/nowhere/x.json")]
    public async Task A_result_that_could_not_be_written_is_refused_before_anything_is_started(string project, params string[] arguments)
    {
        var output = await OutputAsync(2, project, arguments);

        Assert.Equal($"{arguments[^2]} {arguments[^1]} cannot be written: Could not find a part of the path '{arguments[^1]}'.", output);
    }

    [Fact]
    public async Task A_plan_without_a_target_is_told_the_option_that_names_it()
    {
        var plan = Path.GetTempFileName();
        await File.WriteAllTextAsync(plan, RunningPlatform.Plan().ToJsonString());

        Assert.EndsWith("the path /fixed is relative, and there is no base URL: name the target with --target URL", await OutputAsync(2, "Worker", "local", plan));
        File.Delete(plan);
    }

    private static async Task<string> OutputAsync(int exitCode, string project, params string[] arguments)
    {
        await using var program = ChildProcess.Start(new ChildCommand("dotnet", [Platform.ProgramOf(StateFolder.FindClone(), project), .. arguments]));
        Assert.True(await program.ExitedWithinAsync(Longest, CancellationToken.None) == exitCode, program.LogTail);
        return program.LogTail;
    }
}
