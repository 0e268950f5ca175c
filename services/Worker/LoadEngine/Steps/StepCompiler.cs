using Loadstone.LoadEngine.Http;
using Loadstone.LoadEngine.Uploads;
using Loadstone.LoadEngine.WebSockets;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Steps;

/// <summary>Makes the operation of an HTTP step.</summary>
/// <param name="step">The step.</param>
/// <param name="index">The operation's place in the recorder.</param>
/// <param name="scenario">The scenario it belongs to.</param>
/// <param name="think">The pause after it.</param>
internal delegate Operation MakeRequest(HttpStep step, int index, string scenario, Waiting think);

/// <summary>Makes the operations of one scenario, and lists what they measure.</summary>
/// <param name="scenario">The scenario's name.</param>
/// <param name="think">The pause after a step that gives none.</param>
/// <param name="data">Where templates draw from.</param>
/// <param name="makeRequest">Makes the operations that go on the wire.</param>
/// <param name="origins">Where WebSockets and uploads may go; null when only <paramref name="makeRequest"/> makes requests.</param>
/// <param name="blanks">The blank windows of all operations so far, each at its index.</param>
internal sealed class StepCompiler(string scenario, DurationDistribution think, PlanData data, MakeRequest makeRequest, List<OperationWindow> blanks, Origins? origins = null)
{
    private static readonly DurationDistribution None = DurationDistribution.Always(TimeSpan.Zero);

    private readonly UserProfile _profile = data.ProfileOf(scenario);

    /// <summary>Compiles steps in their order: what earlier ones set has its place before later ones ask for it.</summary>
    public StepSequence Compile(IEnumerable<Step> steps) => new([.. steps.Select(Compile)]);

    private Operation Compile(Step step) => step switch
    {
        HttpStep http => makeRequest(http, IndexOf(http.Name, OperationKind.Request, http.Method, http.Path.Split('?')[0]), scenario, PauseAfter(step, think)),
        WebSocketStep socket => new WebSocketOperation(PartsOf(socket), socket, data, scenario, origins ?? throw NotHere(step)) { Think = PauseAfter(step, think), Critical = step.Critical },
        UploadStep upload => new UploadOperation(WholeOf(upload)) { Think = PauseAfter(step, think), Critical = step.Critical },
        WaitStep wait => new WaitOperation(new Waiting(wait.Duration, _profile)) { Think = PauseAfter(step, None), Critical = step.Critical },
        GroupStep group => new GroupOperation(IndexOf(group.Name, OperationKind.Transaction), Compile(group.Steps)) { Think = PauseAfter(step, None), Critical = step.Critical },
        ParallelStep parallel => new ParallelOperation([.. parallel.Steps.Select(s => Compile([s]))]) { Think = PauseAfter(step, None), Critical = step.Critical },
        ConditionalStep conditional => Compile(conditional),
        RepeatStep repeat => Compile(repeat),
        _ => throw NotHere(step),
    };

    private GroupOperation WholeOf(UploadStep step)
    {
        var whole = IndexOf(step.Name, OperationKind.Transaction);
        var steps = UploadSteps.Of(PartsOf(step), step, data, scenario, origins ?? throw NotHere(step));
        return new GroupOperation(whole, steps) { Think = PauseAfter(step, None), Critical = false };
    }

    private UploadParts PartsOf(UploadStep step) => new(
        IndexOf($"{step.Name}: begin", OperationKind.Request, "POST", step.Path),
        IndexOf($"{step.Name}: chunk", OperationKind.Request, "PUT", step.Path),
        IndexOf($"{step.Name}: complete", OperationKind.Request, "POST", step.Path));

    private static PlanNotRunnableException NotHere(Step step) =>
        new($"the step '{step.Name}' is of a kind that is not available in this version");

    // Parts that a step does not have are never booked; they need no operation.
    private WebSocketParts PartsOf(WebSocketStep step) => new(
        IndexOf(step.Name, OperationKind.Request, "GET", step.Path.Split('?')[0]),
        step.Join is null ? -1 : IndexOf($"{step.Name}: join", OperationKind.Request),
        step.Messages is null ? -1 : IndexOf($"{step.Name}: message", OperationKind.Request),
        step.Reactions is null ? -1 : IndexOf($"{step.Name}: reaction", OperationKind.Request));

    private ConditionalOperation Compile(ConditionalStep step)
    {
        var decision = step.Probability is { } chance ? Decision.ByChance(chance, _profile) : Decision.When(step.When!, data, scenario);
        return new ConditionalOperation(decision, Compile(step.Then), Compile(step.Else ?? [])) { Think = PauseAfter(step, None), Critical = step.Critical };
    }

    // The steps first: the condition may be about what only they set.
    private RepeatOperation Compile(RepeatStep step)
    {
        var steps = Compile(step.Steps);
        var times = step.Times ?? new CountRange(step.MaxTimes!.Value, step.MaxTimes.Value);
        var goesOn = step.While is { } condition ? Decision.When(condition, data, scenario) : null;
        return new RepeatOperation(times, goesOn, steps) { Think = PauseAfter(step, None), Critical = step.Critical };
    }

    private Waiting PauseAfter(Step step, DurationDistribution absent) => new(step.ThinkTime ?? absent, _profile);

    // Steps of one name are one operation.
    private int IndexOf(string name, OperationKind kind, string? method = null, string? path = null)
    {
        if (blanks.Any(b => b.Operation == name && b.Kind != kind))
            throw new PlanNotRunnableException($"'{name}' names a group and another step: results go by name");
        var index = blanks.FindIndex(b => b.Scenario == scenario && b.Operation == name);
        if (index >= 0)
            return index;
        blanks.Add(new OperationWindow { Scenario = scenario, Operation = name, Kind = kind, Method = method, Path = path });
        return blanks.Count - 1;
    }
}
