namespace Loadstone.Plans;

/// <summary>The rules that hold between members of a plan.</summary>
internal static class PlanRules
{
    public static void Check(DocumentNode node, TestPlan plan)
    {
        if (plan.Engine == EngineType.K6)
            node.Error("engine", "k6 is not available in this version");
        if (plan.Regions is { } regions && plan.WorkerCount < regions.Count)
            node.Error("worker_count", $"must be at least {regions.Count}, one for each region");
        if (plan is { LostWorkerPolicy: LostWorkerPolicy.Move, LoadPattern: SharedIterations or PerUserIterations })
            node.Error("lost_worker_policy", "cannot be move for a number of iterations: nobody knows how many of them a lost worker did; use continue or fail");
        if (node.Whole("metrics_interval_seconds", 1, 60) is > 1)
            node.Error("metrics_interval_seconds", "must be 1: windows are one second long in this version");
        if (plan.TargetEndpoints is not null && plan.ScenarioConfig.Scenarios.Count > 0)
            node.Error("target_endpoints", "stands beside scenarios: give one of them");
        if (plan is { LoadPattern: CapacitySearch, TestType: not TestType.Capacity })
            node.Error("test_type", "must be capacity for a load pattern of capacity_search");
        CheckEndpoints(node, plan);
        CheckUsers(node, plan);
        CheckNames(node, plan);
        CheckGroups(node, plan);
        AbTest.Check(node, plan);
    }

    /// <summary>The users of a plan that does not say: what its stages climb to, or 100.</summary>
    public static int UsersOf(LoadPattern pattern, IReadOnlyList<TestPhase> phases) => phases.Count > 0 ? Math.Max(1, phases.Max(p => p.TargetUsers))
        : pattern is StagesLoad stages ? Math.Max(1, (int)Math.Ceiling(stages.Stages.Select(s => s.Target).DefaultIfEmpty(1).Max())) : 100;

    /// <summary>The journey that requests each endpoint in turn.</summary>
    public static Scenario JourneyOf(IReadOnlyList<string> endpoints) => new()
    {
        Name = "target endpoints",
        Journey = [.. endpoints.Select(StepOf)],
    };

    private static HttpStep StepOf(string endpoint)
    {
        var (method, path) = endpoint.Split(' ', 2) is [var verb, var rest] ? (verb, rest) : ("GET", endpoint);
        return new HttpStep { Name = $"{method} {path.Split('?')[0]}", Method = method, Path = path };
    }

    private static void CheckEndpoints(DocumentNode node, TestPlan plan)
    {
        foreach (var (endpoint, i) in (plan.TargetEndpoints ?? []).Select((e, i) => (e, i)))
        {
            var step = StepOf(endpoint);
            var errors = new DocumentErrors();
            var json = new System.Text.Json.Nodes.JsonObject { ["method"] = step.Method, ["path"] = step.Path };
            Step.Read(json, "", errors);
            if (!errors.None)
                node.Error($"target_endpoints[{i}]", "must be a path such as /api/products, with or without a method before it");
        }
    }

    private static void CheckUsers(DocumentNode node, TestPlan plan)
    {
        if (plan.Shape.Unit == LoadUnit.Users && plan.Shape.Peak > plan.MaxVirtualUsers)
            node.Error(plan.Phases is null ? "load_pattern.stages" : "phases", $"climb to {plan.Shape.Peak} users, above the plan's max_virtual_users of {plan.MaxVirtualUsers}");
        var exact = plan.ScenarioConfig.Users;
        var most = (int)Math.Ceiling(plan.Shape.Peak);
        if (exact is not null && plan.Shape.Unit == LoadUnit.Users && exact.Values.Sum() != most)
            node.Error("scenario_config.users", $"add up to {exact.Values.Sum()}, but the plan has {most} users");
        if (exact is not null && plan.Shape.Unit == LoadUnit.ArrivalsPerSecond)
            node.Error("scenario_config.users", "does not apply to arrival rates: use weights");
    }

    // Every name a template uses must come from somewhere; what an environment gives is only known when the run is prepared.
    private static void CheckNames(DocumentNode node, TestPlan plan)
    {
        var fed = plan.ScenarioConfig.DataGeneration?.Keys ?? [];
        for (var s = 0; s < plan.ScenarioConfig.Scenarios.Count; s++)
        {
            var scenario = plan.ScenarioConfig.Scenarios[s];
            var known = new HashSet<string>(fed.Concat(scenario.DataTemplates?.Keys ?? []).Append("env").Append("user"));
            CheckNames(node, $"scenario_config.scenarios[{s}].user_journey", new HeldSteps("", scenario.Journey), known);
        }
    }

    private static void CheckNames(DocumentNode node, string path, HeldSteps held, HashSet<string> known)
    {
        for (var i = 0; i < held.Steps.Count; i++)
        {
            var step = held.Steps[i];
            foreach (var (member, name) in Unknown(step, known))
                node.Error($"{path}[{i}].{member}", $"uses {name}, which no data and no earlier step gives");
            foreach (var inner in step.Holds)
                CheckNames(node, $"{path}[{i}].{inner.Member}", inner, [.. known]);
            if (!held.AtOnce)
                known.UnionWith(step.Sets);
        }
    }

    // Results go by name, and what a group counts is not what a request counts.
    private static void CheckGroups(DocumentNode node, TestPlan plan)
    {
        var all = plan.ScenarioConfig.Scenarios.SelectMany((s, i) => Flat($"scenario_config.scenarios[{i}].user_journey", s.Journey)).ToList();
        var others = all.Where(s => s.Step is not WaitStep && !s.Step.Holds.Any()).Select(s => s.Step.Name).ToHashSet();
        foreach (var (path, step) in all.Where(s => s.Step is GroupStep && others.Contains(s.Step.Name)))
            node.Error($"{path}.name", $"names a group and another step: {step.Name}");
    }

    private static IEnumerable<(string Path, Step Step)> Flat(string path, IReadOnlyList<Step> steps) => steps.SelectMany((step, i) =>
        step.Holds.SelectMany(held => Flat($"{path}[{i}].{held.Member}", held.Steps)).Prepend(($"{path}[{i}]", step)));

    private static IEnumerable<(string Member, string Name)> Unknown(Step step, HashSet<string> known) =>
        from text in step.Templates()
        from expression in Template.TryParse(text.Text, out var template, out _) ? template.Expressions : []
        where expression.Arguments is null && !known.Contains(expression.Root)
            && !BehaviourProfile.Values.Contains(expression.Name) && text.Gives?.Contains(expression.Name) != true
        select (text.Member, expression.Name);
}
