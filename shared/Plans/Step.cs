using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>One thing a virtual user does.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "action")]
[JsonDerivedType(typeof(HttpStep), "http")]
[JsonDerivedType(typeof(WaitStep), "wait")]
public abstract record Step
{
    private static readonly TimeSpan LongestThink = TimeSpan.FromMinutes(10);

    /// <summary>The operation's name in every result; steps of one name are measured together. 1 to 200 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>The pause after this step; null takes the plan's.</summary>
    public DurationDistribution? ThinkTime { get; init; }

    /// <summary>True: when the step fails, the iteration ends there.</summary>
    public bool Critical { get; init; }

    internal static Step Read(JsonNode? value, string path, DocumentErrors errors)
    {
        var node = new DocumentNode(value, path, errors);
        var action = node.Text("action");
        Step step = action switch
        {
            null or "http" => HttpStep.Read(node),
            "wait" => WaitStep.Read(node),
            _ => Unknown(node),
        };
        step = step with
        {
            Name = node.Text("name") ?? step.Name,
            ThinkTime = DurationDistribution.Read(node, "think_time", LongestThink),
            Critical = node.Flag("critical", false),
        };
        if (action is null or "http" or "wait")
            node.RefuseUnknown();
        return step;
    }

    /// <summary>The templates this step fills in, each with the member it stands in.</summary>
    internal abstract IEnumerable<(string Member, string Text)> Templates();

    /// <summary>The variables this step sets.</summary>
    internal virtual IEnumerable<string> Sets => [];

    private static WaitStep Unknown(DocumentNode node)
    {
        node.Error("action", "must be one of http, wait");
        return new WaitStep();
    }
}

/// <summary>Does nothing for a while; it makes no request.</summary>
public sealed record WaitStep : Step
{
    /// <summary>How long.</summary>
    public DurationDistribution Duration { get; init; } = DurationDistribution.Always(TimeSpan.FromSeconds(1));

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

    internal override IEnumerable<(string Member, string Text)> Templates() => [];
}
