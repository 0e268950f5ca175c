using Loadstone.LoadEngine.Http;
using Loadstone.LoadEngine.Steps;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>A scenario ready to run: its steps, and the variables filled in at the start of each iteration.</summary>
internal sealed class Journey
{
    private readonly StepSequence _steps;
    private readonly IReadOnlyList<(int Slot, CompiledTemplate Template)> _variables;
    private readonly UserFeeder[] _feeders;

    private Journey(string name, StepSequence steps) => (Name, _steps, _variables, _feeders) = (name, steps, [], []);

    private Journey(Journey like, IEnumerable<(int Slot, CompiledTemplate Template)> then) =>
        (Name, _steps, _variables, _feeders) = (like.Name, like._steps, [.. like._variables, .. then], like._feeders);

    private Journey(Scenario scenario, PlanData data, StepCompiler compiler)
    {
        Name = scenario.Name;
        _feeders = [.. data.Feeders];
        _variables = [.. Compile(scenario.DataTemplates ?? new Dictionary<string, string>(), scenario.Name, data)];
        _steps = compiler.Compile(scenario.Journey);
    }

    public string Name { get; }

    /// <summary>A journey of ready-made operations, without data.</summary>
    public static Journey Of(string name, params Operation[] operations) => new(name, new StepSequence(operations));

    /// <summary>Compiles all scenarios of a plan, and lists the operations they measure, each at its index.</summary>
    /// <param name="plan">The plan, with every scenario filled in.</param>
    /// <param name="data">Where templates draw from.</param>
    /// <param name="origins">Where requests may go.</param>
    /// <param name="operations">The blank windows of the operations.</param>
    public static Journey[] CompileAll(TestPlan plan, PlanData data, Origins origins, out List<OperationWindow> operations)
    {
        var candidate = plan.AbTest is { } ab ? origins.From(ab.Candidate) : origins;
        return CompileAll(plan, data, OriginsOf, (step, index, scenario, think) =>
            new HttpOperation(index, step, data, scenario, OriginsOf(scenario)) { Think = think, Critical = step.Critical }, out operations);

        Origins OriginsOf(string scenario) => AbTest.IsCandidates(scenario) ? candidate : origins;
    }

    /// <summary>Compiles all scenarios of a plan with requests of the caller's making.</summary>
    /// <param name="plan">The plan, with every scenario filled in.</param>
    /// <param name="data">Where templates draw from.</param>
    /// <param name="originsOf">Where other steps of a scenario may connect to; null when they may not.</param>
    /// <param name="makeRequest">Makes the operations of HTTP steps.</param>
    /// <param name="operations">The blank windows of the operations.</param>
    public static Journey[] CompileAll(TestPlan plan, PlanData data, Func<string, Origins>? originsOf, MakeRequest makeRequest, out List<OperationWindow> operations)
    {
        var (blanks, config) = (new List<OperationWindow>(), plan.ScenarioConfig);
        operations = blanks;
        return [.. config.Scenarios.Select(s => new Journey(s, data, new StepCompiler(s.Name, config.ThinkTime, data, makeRequest, blanks, originsOf?.Invoke(s.Name))))];
    }

    /// <summary>The same journey with other values for some of its variables.</summary>
    public Journey With(IReadOnlyDictionary<string, string> parameters, PlanData data) => new(this, Compile(parameters, Name, data));

    /// <summary>Runs one iteration for a user.</summary>
    /// <param name="user">The user.</param>
    /// <param name="dueNs">When its first step is due.</param>
    /// <param name="driver">Asked before each step whether the run is over.</param>
    /// <returns>Whether every step was done, and when the next iteration is due.</returns>
    public ValueTask<StepOutcome> IterateAsync(VirtualUser user, long dueNs, LoadDriver driver)
    {
        user.Driver = driver;
        Begin(user);
        return _steps.RunAsync(user, dueNs);
    }

    private static IEnumerable<(int Slot, CompiledTemplate Template)> Compile(IReadOnlyDictionary<string, string> templates, string scenario, PlanData data) =>
        templates.Select(t => (data.SlotOf(scenario, t.Key), new CompiledTemplate.Builder(data, scenario).AddTemplate(t.Value, Escaping.None).Build()));

    private void Begin(VirtualUser user)
    {
        user.Iteration++;
        foreach (var feeder in _feeders)
            user.Rows[feeder.Index] = feeder.NextRow(user);
        foreach (var (slot, template) in _variables)
            user.Variables[slot] = template.TextFor(user);
    }
}
