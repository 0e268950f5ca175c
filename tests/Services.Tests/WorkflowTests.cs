using Loadstone.Gateway.Api;
using Loadstone.Local;
using YamlDotNet.RepresentationModel;

namespace Loadstone.Services.Tests;

/// <summary>The workflow files under examples/ci: begun when they should be, with the target from a secret, and results kept.</summary>
public sealed class WorkflowTests
{
    [Theory]
    [InlineData("pull-request", "pull_request")]
    [InlineData("weekly", "schedule")]
    [InlineData("load-test", "workflow_dispatch")]
    public void A_workflow_begins_when_its_name_says(string file, string trigger) => Assert.Contains(trigger, Read(file)["on"].ToString());

    [Fact]
    public void The_weekly_one_is_due_on_Sundays_at_two() => Assert.Equal("0 2 * * 0", Read("weekly")["on"]["schedule"][0]["cron"].ToString());

    [Theory]
    [InlineData("pull-request")]
    [InlineData("load-test")]
    public void The_target_comes_from_a_secret_and_what_is_asked_is_an_operation_and_results_are_kept(string file)
    {
        var job = ((YamlMappingNode)Read(file)["jobs"]).Children.Single().Value;
        var script = string.Concat(((YamlSequenceNode)job["steps"]).Select(s => s is YamlMappingNode step && step.Children.TryGetValue("run", out var run) ? run.ToString() : ""));

        Assert.Equal("${{ secrets.LOADSTONE_TARGET_URL }}", job["env"]["TARGET_URL"].ToString());
        Assert.DoesNotContain("${{", script); // what is put into a script by the runner could be more than a word
        var asked = script.Split("$LOADSTONE_URL").Skip(1).Select(rest => rest.Split('"', '?')[0].Replace("$TEST_ID", "{id}", StringComparison.Ordinal)).Distinct().ToList();
        Assert.True(asked.Count >= 3);
        Assert.Empty(asked.Except(ApiDocument.Load().Operations.Select(o => o.Path)));
        Assert.Contains(((YamlSequenceNode)job["steps"]).Children, s => s is YamlMappingNode step && step.Children.TryGetValue("uses", out var uses) && uses.ToString().StartsWith("actions/upload-artifact", StringComparison.Ordinal));
    }

    private static YamlMappingNode Read(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Path.Combine(StateFolder.FindClone(), "examples", "ci", $"{file}.yml"))));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }
}
