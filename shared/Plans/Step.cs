using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>One thing a virtual user does.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "action")]
[JsonDerivedType(typeof(HttpStep), "http")]
[JsonDerivedType(typeof(WaitStep), "wait")]
[JsonDerivedType(typeof(GroupStep), "group")]
[JsonDerivedType(typeof(ParallelStep), "parallel")]
[JsonDerivedType(typeof(ConditionalStep), "conditional")]
[JsonDerivedType(typeof(RepeatStep), "repeat")]
[JsonDerivedType(typeof(WebSocketStep), "websocket")]
[JsonDerivedType(typeof(UploadStep), "upload")]
public abstract record Step
{
    private const int DeepestNesting = 8;
    private static readonly TimeSpan LongestThink = TimeSpan.FromMinutes(10);
    private static readonly string[] Holders = [".steps[", ".then[", ".else["];

    private static readonly Dictionary<string, Func<DocumentNode, Step>> Readers = new()
    {
        ["http"] = HttpStep.Read,
        ["wait"] = WaitStep.Read,
        ["group"] = GroupStep.Read,
        ["parallel"] = ParallelStep.Read,
        ["conditional"] = ConditionalStep.Read,
        ["repeat"] = RepeatStep.Read,
        ["websocket"] = WebSocketStep.Read,
        ["upload"] = UploadStep.Read,
    };

    /// <summary>The operation's name in every result; steps of one name are measured together. 1 to 200 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// The pause after this step. Null takes the plan's, but none after a wait, nor after a step that holds others: their own
    /// pauses, the last one's too, are enough.
    /// </summary>
    public DurationDistribution? ThinkTime { get; init; }

    /// <summary>True: when the step, or one it holds, fails, the iteration ends there.</summary>
    public bool Critical { get; init; }

    /// <summary>What the step does, as a person says it.</summary>
    internal abstract string InWords { get; }

    /// <summary>The templates this step itself fills in.</summary>
    internal virtual IEnumerable<StepTemplate> Templates() => [];

    /// <summary>The steps it holds.</summary>
    internal virtual IEnumerable<HeldSteps> Holds => [];

    /// <summary>The variables this step, or one it holds, sets.</summary>
    internal virtual IEnumerable<string> Sets => Holds.SelectMany(h => h.Steps).SelectMany(s => s.Sets);

    /// <summary>The most requests it leads to each time, redirects included: those of the steps it holds; null when nothing limits them.</summary>
    internal virtual long? MostRequests => Holds.Any() ? MostRequestsOf(Holds.SelectMany(h => h.Steps)) : null;

    /// <summary>The most requests that steps lead to together; null when nothing limits them.</summary>
    internal static long? MostRequestsOf(IEnumerable<Step> steps) => steps.Aggregate((long?)0, (sum, step) => sum + step.MostRequests);

    internal static Step Read(JsonNode? value, string path, DocumentErrors errors)
    {
        var node = new DocumentNode(value, path, errors);
        var known = Readers.TryGetValue(node.Text("action") ?? "http", out var read);
        if (!known)
            node.Error("action", $"must be one of {string.Join(", ", Readers.Keys)}");
        var step = known ? read!(node) : new WaitStep();
        step = step with
        {
            Name = node.Text("name") ?? step.Name,
            ThinkTime = DurationDistribution.Read(node, "think_time", LongestThink),
            Critical = node.Flag("critical", false),
        };
        foreach (var template in step.Templates())
        {
            if (!Template.TryParse(template.Text, out _, out var error))
                node.Error(template.Member, error);
        }

        if (known)
            node.RefuseUnknown();
        return step;
    }

    /// <summary>The steps a step holds: at least one, at most 100, and no more than 8 lists deep.</summary>
    internal static IReadOnlyList<Step> ReadHeld(DocumentNode node, string name, int least = 1, int most = 100)
    {
        if (!node.Has(name))
            node.Error(name, "is required");
        else if (node.Raw(name) is JsonArray { Count: var count } && count < least)
            node.Error(name, $"must have at least {least} step{(least == 1 ? "" : "s")}");
        if (node.Path.Split(Holders, StringSplitOptions.None).Length <= DeepestNesting)
            return [.. node.List(name, most).Select(s => Read(s.Value, s.Path, node.Errors))];
        node.Error(name, $"is nested too deep: steps may hold steps {DeepestNesting} times");
        return [];
    }
}

/// <summary>Steps that another one holds.</summary>
/// <param name="Member">The member they stand in.</param>
/// <param name="Steps">The steps.</param>
/// <param name="AtOnce">True when none of them comes before another.</param>
internal readonly record struct HeldSteps(string Member, IReadOnlyList<Step> Steps, bool AtOnce = false);

/// <summary>Does nothing for a while; it makes no request.</summary>
public sealed record WaitStep : Step
{
    /// <summary>How long.</summary>
    public DurationDistribution Duration { get; init; } = DurationDistribution.Always(TimeSpan.FromSeconds(1));

    internal override string InWords => $"wait {Duration.InWords}";

    internal override long? MostRequests => 0;

    internal static WaitStep Read(DocumentNode node)
    {
        if (!node.Has("duration"))
            node.Error("duration", "is required");
        return new WaitStep
        {
            Name = "wait",
            Duration = DurationDistribution.Read(node, "duration", TimeSpan.FromMinutes(120)) ?? DurationDistribution.Always(TimeSpan.Zero),
        };
    }
}
