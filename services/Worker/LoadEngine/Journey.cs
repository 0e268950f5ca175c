using System.Runtime.CompilerServices;
using Loadstone.LoadEngine.Http;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>A scenario ready to run: its operations, and the variables filled in at the start of each iteration.</summary>
internal sealed class Journey
{
    private readonly Operation[] _operations;
    private readonly (int Slot, CompiledTemplate Template)[] _variables;
    private readonly UserFeeder[] _feeders;

    private Journey(string name, Operation[] operations) => (Name, _operations, _variables, _feeders) = (name, operations, [], []);

    private Journey(Scenario scenario, PlanData data, Func<Step, Operation> compile)
    {
        Name = scenario.Name;
        _feeders = [.. data.Feeders];
        _variables = [.. (scenario.DataTemplates ?? new Dictionary<string, string>()).Select(t =>
            (data.SlotOf(scenario.Name, t.Key), new CompiledTemplate.Builder(data, scenario.Name).AddTemplate(t.Value, Escaping.None).Build()))];
        // Variables of earlier steps must have their slots before later steps are compiled.
        _operations = [.. scenario.Journey.Select(compile)];
    }

    public string Name { get; }

    /// <summary>A journey of ready-made operations, without data.</summary>
    public static Journey Of(string name, params Operation[] operations) => new(name, operations);

    /// <summary>Compiles all scenarios of a plan, and lists the operations they measure, each at its index.</summary>
    /// <param name="plan">The plan, with every scenario filled in.</param>
    /// <param name="data">Where templates draw from.</param>
    /// <param name="origins">Where requests may go.</param>
    /// <param name="operations">The blank windows of the operations.</param>
    public static Journey[] CompileAll(TestPlan plan, PlanData data, Origins origins, out List<OperationWindow> operations)
    {
        var blanks = new List<OperationWindow>();
        var journeys = plan.ScenarioConfig.Scenarios.Select(scenario => new Journey(
            scenario, data, step => Compile(step, scenario.Name, plan.ScenarioConfig.ThinkTime, data, origins, blanks))).ToArray();
        operations = blanks;
        return journeys;
    }

    /// <summary>Runs one iteration for a user.</summary>
    /// <param name="user">The user.</param>
    /// <param name="dueNs">When its first step is due.</param>
    /// <param name="driver">Asked before each step whether the run is over.</param>
    /// <returns>Whether every step was done, and when the next iteration is due.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<(bool Whole, long NextDueNs)> IterateAsync(VirtualUser user, long dueNs, LoadDriver driver)
    {
        Begin(user);
        foreach (var operation in _operations)
        {
            await user.WaitUntil(dueNs);
            if (driver.IsOver)
                return (false, dueNs);
            var outcome = await operation.RunAsync(user, dueNs);
            dueNs = outcome.EndNs + operation.Think.NextNs(user);
            if (outcome.Failed && operation.Critical)
                return (false, dueNs);
        }

        return (true, dueNs);
    }

    private void Begin(VirtualUser user)
    {
        user.Iteration++;
        foreach (var feeder in _feeders)
            user.Rows[feeder.Index] = feeder.NextRow(user);
        foreach (var (slot, template) in _variables)
            user.Variables[slot] = template.TextFor(user);
    }

    private static Operation Compile(
        Step step, string scenario, DurationDistribution think, PlanData data, Origins origins, List<OperationWindow> blanks)
    {
        var profile = data.ProfileOf(scenario);
        var pause = new Waiting(step.ThinkTime ?? think, profile);
        if (step is WaitStep wait)
            return new WaitOperation(new Waiting(wait.Duration, profile)) { Think = new Waiting(step.ThinkTime ?? DurationDistribution.Always(TimeSpan.Zero), profile), Critical = step.Critical };
        var http = step as HttpStep ?? throw new PlanNotRunnableException($"the step '{step.Name}' is of a kind that is not available in this version");
        return new HttpOperation(IndexOf(http, scenario, blanks), http, data, scenario, origins) { Think = pause, Critical = step.Critical };
    }

    // Steps of one name are one operation.
    private static int IndexOf(HttpStep step, string scenario, List<OperationWindow> blanks)
    {
        var index = blanks.FindIndex(b => b.Scenario == scenario && b.Operation == step.Name);
        if (index >= 0)
            return index;
        blanks.Add(new OperationWindow { Scenario = scenario, Operation = step.Name, Method = step.Method, Path = step.Path.Split('?')[0] });
        return blanks.Count - 1;
    }
}
