namespace Loadstone.Plans.Tests;

/// <summary>What is shipped: every scenario and plan is valid, complete and made up.</summary>
public sealed class LibraryTests
{
    public static TheoryData<string> Scenarios => [.. ScenarioLibrary.All.Select(s => s.Name)];

    public static TheoryData<string> Plans => [.. PlanLibrary.All.Select(p => p.Name)];

    [Fact]
    public void The_library_holds_what_it_promises()
    {
        Assert.Equal(
            [
                "appointment_booking", "cart_checkout", "chat_messaging", "chunked_file_upload", "client_form_submission", "communication", "concurrent_login",
                "dashboard_data_loading", "file_upload", "guest_coordination", "live_notifications", "payment_processing", "photo_gallery",
                "public_service_listing", "reporting", "search", "supplier_management", "wedding_planning",
            ],
            ScenarioLibrary.All.Select(s => s.Name).Order());
        Assert.Equal(["appointments", "endurance", "load", "login-dashboard-form", "smoke", "stress-http", "volume"], PlanLibrary.All.Select(p => p.Name).Order());
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void A_shipped_scenario_runs_in_a_plan_that_names_it(string name)
    {
        var errors = new DocumentErrors();
        var whole = TestPlan.Read(new System.Text.Json.Nodes.JsonObject
        {
            ["name"] = "x",
            ["scenario_config"] = new System.Text.Json.Nodes.JsonObject { ["scenarios"] = new System.Text.Json.Nodes.JsonArray(name) },
        }, errors).WithScenarios(_ => null, errors);

        // Inline, its templates are held against what data and earlier steps give.
        TestPlan.Read(whole.ToJson(), errors);
        Assert.Empty(errors.All);
        Assert.NotNull(ScenarioLibrary.Find(name)!.Description);
        Assert.DoesNotContain(whole.ToJson().ToJsonString().Split('"'), text => text.Contains('@', StringComparison.Ordinal) && !text.Contains("@sample.test", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_shipped_plan_finds_its_scenarios_and_shrinks_to_seconds(string name)
    {
        var errors = new DocumentErrors();
        var plan = PlanLibrary.Find(name)!.WithScenarios(_ => null, errors);
        var small = new PlanScale(0.02, 0.005).Apply(plan, errors);
        TestPlan.Read(small.ToJson(), errors);

        Assert.Empty(errors.All);
        Assert.InRange(small.MaxVirtualUsers, 1, 10);
        Assert.InRange(small.Duration.TotalSeconds, 1, 36);
        Assert.Null(plan.Environment);
    }
}
