using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>What a test is for. It decides nothing by itself; results are compared within a type.</summary>
public enum TestType
{
    /// <summary>Expected load.</summary>
    Load,

    /// <summary>A sudden jump.</summary>
    Spike,

    /// <summary>Beyond what is expected.</summary>
    Stress,

    /// <summary>Much data.</summary>
    Volume,

    /// <summary>A long time.</summary>
    Endurance,

    /// <summary>A quick look whether anything works.</summary>
    Smoke,

    /// <summary>How much the system bears.</summary>
    Capacity,

    /// <summary>Two targets side by side.</summary>
    Ab,
}

/// <summary>What makes the load.</summary>
public enum EngineType
{
    /// <summary>Loadstone's own engine.</summary>
    Native,

    /// <summary>The k6 program.</summary>
    K6,
}

/// <summary>What happens when a worker is lost in mid-run.</summary>
public enum LostWorkerPolicy
{
    /// <summary>The run ends as failed.</summary>
    Fail,

    /// <summary>The run goes on with the load that is left.</summary>
    Continue,

    /// <summary>Other workers take over the lost share.</summary>
    Move,
}

/// <summary>A whole load test as its author wrote it: what to do, how much of it, and what must hold.</summary>
public sealed record TestPlan
{
    /// <summary>Its name, 1 to 200 characters; unique among the active configurations of a platform.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is about, for people.</summary>
    public string? Description { get; init; }

    /// <summary>What it is for.</summary>
    public TestType TestType { get; init; }

    /// <summary>What makes the load.</summary>
    public EngineType Engine { get; init; }

    /// <summary>The environment under test, by name; null takes the platform's default.</summary>
    public string? Environment { get; init; }

    /// <summary>The scenarios and their data.</summary>
    public ScenarioConfig ScenarioConfig { get; init; } = new();

    /// <summary>The shape of the load.</summary>
    public LoadPattern LoadPattern { get; init; } = new LinearLoad();

    /// <summary>The parts of the run, one after the other; none for a run in one piece.</summary>
    public IReadOnlyList<TestPhase>? Phases { get; init; }

    /// <summary>The whole run, ramps included: 1 s to 120 min.</summary>
    [JsonPropertyName("duration_minutes"), JsonConverter(typeof(MinutesConverter))]
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The most virtual users at once.</summary>
    public int MaxVirtualUsers { get; init; } = 100;

    /// <summary>The climb to the peak; null for patterns without one.</summary>
    [JsonPropertyName("ramp_up_duration_minutes"), JsonConverter(typeof(MinutesConverter))]
    public TimeSpan? RampUp { get; init; }

    /// <summary>The fall from the peak; null for patterns without one.</summary>
    [JsonPropertyName("ramp_down_duration_minutes"), JsonConverter(typeof(MinutesConverter))]
    public TimeSpan? RampDown { get; init; }

    /// <summary>Without scenarios: the paths to request one after the other, such as <c>/api/products</c> or <c>POST /api/echo</c>.</summary>
    public IReadOnlyList<string>? TargetEndpoints { get; init; }

    /// <summary>What must hold for the run to pass.</summary>
    public SuccessCriteria SuccessCriteria { get; init; } = SuccessCriteria.Default;

    /// <summary>What ends the run early.</summary>
    public StopConditions? StopConditions { get; init; }

    /// <summary>What raises alerts while the run goes on, beside the success criteria.</summary>
    public IReadOnlyList<AlertThreshold>? AlertThresholds { get; init; }

    /// <summary>The other system of an A/B test; null in all other tests.</summary>
    public AbTest? AbTest { get; init; }

    /// <summary>How many workers share the load: 1 to 100, and no fewer than there are regions.</summary>
    public int WorkerCount { get; init; } = 1;

    /// <summary>How the load is spread over regions: 1 to 1000 each, in proportion to one another. Null for any workers, wherever they stand.</summary>
    public IReadOnlyDictionary<string, int>? Regions { get; init; }

    /// <summary>The seed of everything random; null lets the platform draw one, which the execution then names.</summary>
    public int? Seed { get; init; }

    /// <summary>What happens when a worker is lost.</summary>
    public LostWorkerPolicy LostWorkerPolicy { get; init; }

    /// <summary>How long an arrival may wait for a free user before it is dropped.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan MaxStartDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Must be true to run against a production environment.</summary>
    public bool Confirm { get; init; }

    /// <summary>The load over time.</summary>
    [JsonIgnore]
    public LoadShape Shape => LoadPattern.Shape(
        new LoadFrame(Duration, MaxVirtualUsers, RampUp ?? TimeSpan.Zero, RampDown ?? TimeSpan.Zero) { Phases = Phases ?? [] });

    /// <summary>Whether its load is so many arrivals, whoever is free to take them (open model); else users decide how much is asked (closed model).</summary>
    [JsonIgnore]
    public bool IsOpen => Shape.Unit == LoadUnit.ArrivalsPerSecond;

    /// <summary>Reads a plan from JSON; everything wrong with it is noted in <paramref name="errors"/>.</summary>
    /// <returns>The plan; only worth using when no error was noted.</returns>
    public static TestPlan Read(JsonNode? document, DocumentErrors errors)
    {
        var node = new DocumentNode(document, "", errors);
        var plan = Read(node);
        node.RefuseUnknown();
        return plan;
    }

    /// <summary>Reads the members of a plan, leaving others to the caller.</summary>
    public static TestPlan Read(DocumentNode node)
    {
        var phases = TestPhase.ReadAll(node);
        var load = LoadPatternReader.Read(node, phases);
        var regions = ReadRegions(node);
        var (scenarios, dataSeed) = ScenarioConfig.Read(node.Object("scenario_config"));
        var plan = new TestPlan
        {
            Name = node.RequiredText("name"),
            Description = node.Text("description", 5000, min: 0),
            TestType = node.OneOf<TestType>("test_type") ?? TestType.Load,
            Engine = node.OneOf<EngineType>("engine") ?? EngineType.Native,
            Environment = node.Text("environment"),
            ScenarioConfig = scenarios,
            LoadPattern = load.Pattern,
            Phases = phases.Count > 0 ? phases : null,
            Duration = load.Duration,
            RampUp = load.RampUp,
            RampDown = load.RampDown,
            MaxVirtualUsers = node.Whole("max_virtual_users", 1, 100_000) ?? PlanRules.UsersOf(load.Pattern, phases),
            TargetEndpoints = node.Has("target_endpoints") ? node.Texts("target_endpoints", 100) : null,
            SuccessCriteria = SuccessCriteria.Read(node.Object("success_criteria")),
            StopConditions = StopConditions.Read(node.Object("stop_conditions")),
            AlertThresholds = AlertThreshold.ReadAll(node),
            AbTest = AbTest.Read(node),
            Regions = regions.Count > 0 ? regions : null,
            WorkerCount = node.Whole("worker_count", 1, 100) ?? Math.Max(1, regions.Count),
            Seed = node.Whole("seed", 0, int.MaxValue) ?? dataSeed,
            LostWorkerPolicy = node.OneOf<LostWorkerPolicy>("lost_worker_policy") ?? LostWorkerPolicy.Fail,
            MaxStartDelay = load.MaxStartDelay ?? TimeSpan.FromSeconds(30),
            Confirm = node.Flag("confirm", false),
        };
        PlanRules.Check(node, plan);
        return plan;
    }

    private static Dictionary<string, int> ReadRegions(DocumentNode node) =>
        node.Object("regions") is { } regions ? regions.Names.ToDictionary(name => name, name => regions.Whole(name, 1, 1000) ?? 1) : [];

    /// <summary>A copy with every named scenario filled in, and the journey of the endpoints or the shipped one when there is none.</summary>
    /// <param name="lookUp">Finds a stored scenario by name; null when there is none.</param>
    /// <param name="errors">Names that were not found are noted here.</param>
    public TestPlan WithScenarios(Func<string, Scenario?> lookUp, DocumentErrors errors)
    {
        var named = ScenarioConfig.Scenarios.Count > 0 ? ScenarioConfig.Scenarios
            : TargetEndpoints is { Count: > 0 } endpoints ? [PlanRules.JourneyOf(endpoints)]
            : Phases?.All(p => p.Scenarios.Count > 0) == true ? []
            : [new Scenario { Name = ScenarioLibrary.Default }];
        var filled = named.Select((scenario, i) =>
        {
            var found = scenario.IsNameOnly ? lookUp(scenario.Name) ?? ScenarioLibrary.Find(scenario.Name) : scenario;
            if (found is null)
                errors.Add($"scenario_config.scenarios[{i}]", $"names no known scenario: {scenario.Name}");
            return found ?? scenario;
        }).ToList();
        return (this with { ScenarioConfig = ScenarioConfig with { Scenarios = filled } }).WithPhaseScenarios(lookUp, errors);
    }

    // A phase's scenarios are looked up like others. One that names none has those of the plan, but not those of other phases.
    private TestPlan WithPhaseScenarios(Func<string, Scenario?> lookUp, DocumentErrors errors)
    {
        if (Phases is null)
            return this;
        var own = ScenarioConfig.Scenarios;
        var all = own.ToDictionary(s => s.Name);
        for (var p = 0; p < Phases.Count; p++)
        {
            for (var s = 0; s < Phases[p].Scenarios.Count; s++)
                CheckPhaseScenario(Phases[p].Scenarios[s], $"phases[{p}].scenarios[{s}]", all, lookUp, errors);
        }

        return this with
        {
            ScenarioConfig = ScenarioConfig with { Scenarios = [.. own, .. all.Values.Except(own)] },
            Phases = [.. Phases.Select(p => p.Scenarios.Count > 0 ? p : p with { Scenarios = [.. own.Select(s => new PhaseScenario(s.Name, null, null))] })],
        };
    }

    private static void CheckPhaseScenario(PhaseScenario wanted, string path, Dictionary<string, Scenario> all, Func<string, Scenario?> lookUp, DocumentErrors errors)
    {
        if (!all.TryGetValue(wanted.Type, out var scenario) && (scenario = lookUp(wanted.Type) ?? ScenarioLibrary.Find(wanted.Type)) is not null)
            all.Add(wanted.Type, scenario);
        if (scenario is null)
            errors.Add($"{path}.type", $"names no known scenario: {wanted.Type}");
        foreach (var name in wanted.Parameters?.Keys.Where(name => scenario?.DataTemplates?.ContainsKey(name) == false || scenario is { DataTemplates: null }) ?? [])
            errors.Add($"{path}.parameters.{name}", $"is no data_template of the scenario {wanted.Type}");
    }

    /// <summary>What is compiled of the plan: in an A/B test each scenario twice, the second time for the candidate.</summary>
    public TestPlan ForBothSides() =>
        AbTest is null ? this : this with { ScenarioConfig = ScenarioConfig with { Scenarios = AbTest.BothOf(ScenarioConfig.Scenarios) } };

    /// <summary>The plan as a JSON document that reads back to the same plan.</summary>
    public JsonObject ToJson() => (JsonObject)JsonSerializer.SerializeToNode(this, WireJson.Options)!;
}
