using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>A journey with a name: what one virtual user does, step after step.</summary>
public sealed record Scenario
{
    /// <summary>Its name, 1 to 200 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is about, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Its kind, such as <c>wedding_planning</c>; free text for other domains.</summary>
    public string? ScenarioType { get; init; }

    /// <summary>The steps, in order. Empty in a plan that names a stored scenario.</summary>
    [JsonPropertyName("user_journey")]
    public IReadOnlyList<Step> Journey { get; init; } = [];

    /// <summary>Variables filled in anew at the start of each iteration: name to template.</summary>
    public IReadOnlyDictionary<string, string>? DataTemplates { get; init; }

    /// <summary>How its users differ; null takes <see cref="BehaviourProfile.Default"/>.</summary>
    public BehaviourProfile? Profile { get; init; }

    /// <summary>How much of the mix it takes when the plan does not say: 1 to 100.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>True when only the name is given and the journey is still to be looked up.</summary>
    [JsonIgnore]
    public bool IsNameOnly => Journey.Count == 0;

    /// <summary>Reads a scenario given inline, or the name of a stored one.</summary>
    public static Scenario Read(JsonNode? value, string path, DocumentErrors errors)
    {
        if (value is JsonValue text && text.TryGetValue<string>(out var name) && name.Length is > 0 and <= 200)
            return new Scenario { Name = name };
        var node = new DocumentNode(value, path, errors);
        var scenario = Read(node);
        node.RefuseUnknown();
        return scenario;
    }

    /// <summary>Reads the members of a scenario, leaving others to the caller.</summary>
    public static Scenario Read(DocumentNode node)
    {
        var scenario = new Scenario
        {
            Name = node.RequiredText("name"),
            Description = node.Text("description", 2000, min: 0),
            ScenarioType = node.Text("scenario_type", 100),
            Journey = [.. node.List("user_journey", 500).Select(s => Step.Read(s.Value, s.Path, node.Errors))],
            DataTemplates = ReadTemplates(node),
            Profile = BehaviourProfile.Read(node),
            Weight = node.Whole("weight", 1, 100) ?? 1,
        };
        if (node.Has("user_journey") && scenario.Journey.Count == 0)
            node.Error("user_journey", "must have at least one step");
        return scenario;
    }

    private static Dictionary<string, string>? ReadTemplates(DocumentNode node)
    {
        var all = new Dictionary<string, string>();
        foreach (var (name, map) in node.Map("data_templates"))
        {
            all[name] = map.Text(name, 10_000, min: 0) ?? "";
            if (!Template.TryParse(all[name], out _, out var error))
                map.Error(name, error);
        }

        return all.Count == 0 ? null : all;
    }
}

/// <summary>Which scenarios a plan runs, in what mix, at what pace, on what data.</summary>
public sealed record ScenarioConfig
{
    /// <summary>The scenarios, inline or by name. None means the shipped wedding planning journey.</summary>
    public IReadOnlyList<Scenario> Scenarios { get; init; } = [];

    /// <summary>Shares of the mix by scenario name, 1 to 100 each.</summary>
    public IReadOnlyDictionary<string, int>? Weights { get; init; }

    /// <summary>Exact users by scenario name; they must add up to the plan's users.</summary>
    public IReadOnlyDictionary<string, int>? Users { get; init; }

    /// <summary>The pause after a step that has none of its own.</summary>
    public DurationDistribution ThinkTime { get; init; } = DurationDistribution.Always(TimeSpan.FromSeconds(1));

    /// <summary>How requests travel; null takes HTTP/1.1 on connections of each user's own.</summary>
    public HttpSettings? Http { get; init; }

    /// <summary>Named lists of data that templates draw from.</summary>
    public IReadOnlyDictionary<string, Feeder>? DataGeneration { get; init; }

    /// <summary>The most requests that one iteration of any of them sends, redirects included; null when the steps set no limit.</summary>
    [JsonIgnore]
    public long? MostRequests
    {
        get
        {
            var each = Scenarios.Select(s => Step.MostRequestsOf(s.Journey)).ToList();
            return each.Contains(null) ? null : each.Max();
        }
    }

    /// <summary>A scenario's part of the mix, to be held against the parts of the others; 0 when exact users leave it out.</summary>
    public int ShareOf(Scenario scenario) =>
        Users is not null ? Users.GetValueOrDefault(scenario.Name) : Weights?.GetValueOrDefault(scenario.Name, scenario.Weight) ?? scenario.Weight;

    internal static (ScenarioConfig Config, int? Seed) Read(DocumentNode? node)
    {
        if (node is null)
            return (new ScenarioConfig(), null);
        var (feeders, seed) = Feeder.ReadAll(node);
        var config = new ScenarioConfig
        {
            Scenarios = [.. node.List("scenarios", 100).Select(s => Scenario.Read(s.Value, s.Path, node.Errors))],
            Weights = Shares(node, "weights", 100),
            Users = Shares(node, "users", 100_000),
            ThinkTime = DurationDistribution.Read(node, "think_time", TimeSpan.FromSeconds(10)) ?? DurationDistribution.Always(TimeSpan.FromSeconds(1)),
            Http = HttpSettings.Read(node),
            DataGeneration = feeders,
        };
        CheckNames(node, config);
        node.RefuseUnknown();
        return (config, seed);
    }

    private static Dictionary<string, int>? Shares(DocumentNode node, string name, int most)
    {
        var all = new Dictionary<string, int>();
        foreach (var (scenario, map) in node.Map(name))
            all[scenario] = map.Whole(scenario, 1, most) ?? 1;
        return all.Count == 0 ? null : all;
    }

    private static void CheckNames(DocumentNode node, ScenarioConfig config)
    {
        var names = config.Scenarios.Select(s => s.Name).ToList();
        if (names.Distinct().Count() < names.Count)
            node.Error("scenarios", "has two scenarios of one name");
        if (config is { Weights: not null, Users: not null })
            node.Error("users", "stands beside weights: give one of them");
        foreach (var (member, shares) in new[] { ("weights", config.Weights), ("users", config.Users) })
        {
            foreach (var unknown in shares?.Keys.Where(k => !names.Contains(k)) ?? [])
                node.Error($"{member}.{unknown}", "names no scenario of this plan");
        }
    }
}
