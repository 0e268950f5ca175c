using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.Scheduler;
using Loadstone.ServiceHost;

namespace Loadstone.Services.Tests;

public sealed class ManifestTests
{
    private static readonly TestPlan Plan = new()
    {
        Name = "x",
        Environment = "sample",
        TargetEndpoints = ["/a"],
        ScenarioConfig = new ScenarioConfig { Scenarios = [new Scenario { Name = "s", Journey = [new HttpStep { Name = "a", Method = "GET", Path = "/a" }] }] },
    };

    [Fact]
    public void The_hash_of_a_configuration_knows_no_order_and_no_seed_but_everything_else()
    {
        var hash = Manifest.HashOf(Configured(Plan, ("a", "1"), ("b", "2")));

        Assert.Equal(hash, Manifest.HashOf(Configured(Plan with { Seed = 7 }, ("b", "2"), ("a", "1"))));
        Assert.NotEqual(hash, Manifest.HashOf(Configured(Plan, ("a", "1"), ("b", "3"))));
        Assert.NotEqual(hash, Manifest.HashOf(Configured(Plan with { MaxVirtualUsers = 7 }, ("a", "1"), ("b", "2"))));
    }

    [Fact]
    public void A_rerun_has_the_copy_and_the_seed_of_the_run_and_says_which_it_repeats()
    {
        var x = Ran("nightly");
        var rerun = Rerun.Of(x, null, x.Request.Configuration);

        Assert.Equal(("nightly (rerun)", 4711, x.Id), (rerun.Name, rerun.Seed, rerun.RerunOf));
        Assert.Equal(x.Request.Configuration, rerun.Configuration);
        Assert.Equal(5, Rerun.Of(x, null, x.Request.Configuration with { MaxRps = 5 }).Configuration.MaxRps);
        Assert.Equal("nightly (rerun)", Rerun.Of(Ran("nightly (rerun)"), null, x.Request.Configuration).Name);
        Assert.Equal(200, Rerun.Of(Ran(new string('x', 200)), null, x.Request.Configuration).Name!.Length);
    }

    [Fact]
    public void A_run_is_not_repeated_where_its_environment_is_no_longer()
    {
        var elsewhere = Ran("x").Request.Configuration with { BaseUrls = ["http://elsewhere.example"] };

        Assert.Contains("http://127.0.0.1:1", Assert.Throws<RefusalException>(() => Rerun.Of(Ran("x"), null, elsewhere)).Message);
    }

    [Fact]
    public void The_plan_of_a_run_is_one_that_can_be_asked_for_again()
    {
        var errors = new DocumentErrors();
        TestPlan.Read(Rerun.PlanToCheck(Ran("x")), errors);

        Assert.Empty(errors.All);
    }

    private static Execution Ran(string name) =>
        Execution.Create(new Scheduler.ExecutionRequested(Guid.NewGuid(), name, Configured(Plan), 4711, "me", null, DateTimeOffset.UnixEpoch));

    private static RunnableConfiguration Configured(TestPlan plan, params (string Name, string Value)[] variables) =>
        new(Guid.NewGuid(), 1, plan, "sample", ["http://127.0.0.1:1"], variables.ToDictionary(v => v.Name, v => v.Value));
}
