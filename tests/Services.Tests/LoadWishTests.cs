using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Scheduler;
using Loadstone.ServiceHost;

namespace Loadstone.Services.Tests;

/// <summary>What people may change of a running load, and what it then is.</summary>
public sealed class LoadWishTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly Caller Anna = new("anna", "gateway", ["engineer"]);
    private static readonly Caller Boss = new("boss", "gateway", ["admin", "engineer"]);

    [Fact]
    public void A_change_begins_a_second_later_for_all_and_moves_the_planned_end_only_when_a_phase_is_skipped()
    {
        var x = Running("""{ "name": "x", "phases": [ { "name": "a", "target_users": 4, "duration": "60s" }, { "name": "b", "target_users": 8, "duration": "60s" } ] }""");

        var more = x.Then(Decide(x, """{ "users": 6 }""", Noon.AddSeconds(10)));
        Assert.Equal((4, 6, 8), (more.Load.Shape.At(TimeSpan.FromSeconds(10.9)), more.Load.Shape.At(TimeSpan.FromSeconds(11)), more.Load.Shape.At(TimeSpan.FromSeconds(60))));
        Assert.Equal(TimeSpan.FromSeconds(120), more.Load.Shape.Duration);

        var on = more.Then(Decide(more, """{ "skip_phase": true }""", Noon.AddSeconds(20)));
        Assert.Equal("a", Assert.IsType<LoadChanged>(Assert.Single(Decide(more, """{ "skip_phase": true }""", Noon.AddSeconds(20)))).SkippedPhase);
        Assert.Equal((6, 8, 81), (on.Load.Shape.At(TimeSpan.FromSeconds(20.9)), on.Load.Shape.At(TimeSpan.FromSeconds(21)), on.Load.Shape.Duration.TotalSeconds));
        Assert.Equal("The execution is in its last phase: stop it instead, so it cannot be steered.", Refusal(on, """{ "skip_phase": true }""", Noon.AddSeconds(30)).Message);
    }

    [Fact]
    public void What_is_changed_during_a_pause_begins_with_the_end_of_the_pause()
    {
        var x = Running("""{ "name": "x", "duration": "60s", "max_virtual_users": 50, "load_pattern": { "type": "constant_arrival_rate", "rate": 10 } }""");
        var paused = x.Then(ExecutionDecisions.Pause(x, "anna", Noon.AddSeconds(5)));
        var changed = Assert.IsType<LoadChanged>(Assert.Single(Decide(paused, """{ "rate": 2.5 }""", Noon.AddSeconds(30))));

        Assert.Equal((5, 2.5, true), (changed.FromSeconds, changed.Rate, changed.IsPaused));
    }

    [Theory]
    [InlineData("constant", """{ "rate": 5 }""", "rate")]
    [InlineData("constant", """{ "users": 101 }""", "users")]
    [InlineData("constant", """{ "users": -1 }""", "users")]
    [InlineData("constant", """{ "users": 1, "skip_phase": true }""", "users")]
    [InlineData("constant", """{ }""", "users")]
    [InlineData("constant", """{ "skip_phase": false }""", "users")]
    [InlineData("constant", """{ "user": 1 }""", "user")]
    [InlineData("constant_arrival_rate", """{ "users": 5 }""", "users")]
    [InlineData("constant_arrival_rate", """{ "rate": 501 }""", "rate")]
    [InlineData("constant_arrival_rate", """{ "rate": "many" }""", "rate")]
    public void A_wish_that_cannot_be_is_refused_by_its_field(string pattern, string wish, string field)
    {
        var x = Running($$"""{ "name": "x", "duration": "60s", "max_virtual_users": 100, "load_pattern": { "type": "{{pattern}}"{{(pattern == "constant" ? "" : ", \"rate\": 5")}} } }""");

        Assert.Contains(field, Refusal(x, wish, Noon.AddSeconds(3)).Errors!.Keys);
    }

    [Theory]
    [InlineData("""{ "type": "shared_iterations", "iterations": 100 }""", 3, "runs a number of iterations")]
    [InlineData("""{ "type": "constant" }""", 59.5, "is about to end")]
    [InlineData("""{ "type": "constant" }""", -0.2, "just about to begin")]
    public void A_run_without_a_load_to_change_says_so(string pattern, double atSeconds, string reason)
    {
        var x = Running($$"""{ "name": "x", "duration": "60s", "max_virtual_users": 100, "load_pattern": {{pattern}} }""");

        Assert.Contains(reason, Refusal(x, """{ "users": 5 }""", Noon.AddSeconds(atSeconds)).Message);
    }

    [Fact]
    public void Only_an_administrator_raises_the_load_of_a_production_system()
    {
        var x = Running("""{ "name": "x", "duration": "60s", "max_virtual_users": 100, "load_pattern": { "type": "stages", "stages": [ { "duration": "60s", "target": 60 } ] } }""", isProduction: true);

        Assert.Single(Decide(x, """{ "users": 5 }""", Noon.AddSeconds(10)));
        Assert.Equal(403, Assert.Throws<RefusalException>(() => Decide(x, """{ "users": 50 }""", Noon.AddSeconds(10))).Status);
        Assert.Single(Decide(x, """{ "users": 50 }""", Noon.AddSeconds(10), Boss));
    }

    private static RefusalException Refusal(Execution x, string wish, DateTimeOffset now) => Assert.Throws<RefusalException>(() => Decide(x, wish, now));

    private static List<object> Decide(Execution x, string wish, DateTimeOffset now, Caller? caller = null)
    {
        var errors = new DocumentErrors();
        var body = new DocumentNode(JsonNode.Parse(wish), "", errors);
        var read = LoadWish.Read(body);
        body.RefuseUnknown();
        RefusalException.ThrowIfAny(errors);
        return [.. read.Decide(x, caller ?? Anna, now)];
    }

    private static Execution Running(string plan, bool isProduction = false)
    {
        var errors = new DocumentErrors();
        var read = TestPlan.Read(JsonNode.Parse(plan), errors);
        Assert.Empty(errors.All);
        var configuration = new Contracts.RunnableConfiguration(Guid.NewGuid(), 1, read, "sample", ["http://127.0.0.1:1"], new Dictionary<string, string>(), MaxRps: 500, IsProduction: isProduction);
        var x = Execution.Create(new ExecutionRequested(Guid.NewGuid(), "x", configuration, 1, "me", null, Noon));
        return x.Then([new ExecutionStarted(Noon, Noon)]);
    }
}
