using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration.Environments;

/// <summary>The most load an environment is to get. An administrator raises them.</summary>
public sealed record EnvironmentLimits
{
    public int MaxVirtualUsers { get; init; } = 1000;

    public double MaxDurationMinutes { get; init; } = 120;

    /// <summary>Requests per second that no run goes above, whatever its pattern; null for no ceiling.</summary>
    public double? MaxRps { get; init; }

    public static EnvironmentLimits Read(DocumentNode? node)
    {
        if (node is null)
            return new EnvironmentLimits();
        var limits = new EnvironmentLimits
        {
            MaxVirtualUsers = node.Whole("max_virtual_users", 1, 100_000) ?? 1000,
            MaxDurationMinutes = node.Number("max_duration_minutes", 0.01, 120) ?? 120,
            MaxRps = node.Number("max_rps", 0.001, 1e7),
        };
        node.RefuseUnknown();
        return limits;
    }

    /// <summary>Notes what a plan asks for beyond these limits, and by what it would have to be scaled down to fit.</summary>
    public void Check(TestPlan plan, string environment, DocumentErrors errors)
    {
        var shape = plan.Shape;
        if (plan.MaxVirtualUsers > MaxVirtualUsers)
            Refuse("max_virtual_users", plan.MaxVirtualUsers, MaxVirtualUsers, "--scale");
        if (shape.Duration.TotalMinutes > MaxDurationMinutes)
            Refuse("duration_minutes", shape.Duration.TotalMinutes, MaxDurationMinutes, "--time-scale");
        if (shape.Unit == LoadUnit.ArrivalsPerSecond && shape.Peak > MaxRps)
            Refuse("load_pattern", shape.Peak, MaxRps.Value, "--scale");

        void Refuse(string path, double asked, double limit, string scale) => errors.Add(path,
            $"asks for {asked:0.###}, above the limit of {limit:0.###} of the environment {environment}; an administrator may raise it, or {scale} {limit / asked:0.####} fits");
    }

    /// <summary>Notes what is raised by somebody who may not. The platform itself, which has no roles, may.</summary>
    public void CheckRaise(EnvironmentLimits? before, Caller caller, DocumentErrors errors)
    {
        if (caller.Roles.Count == 0 || caller.Roles.Contains("admin"))
            return;
        before ??= new EnvironmentLimits();
        if (MaxVirtualUsers > before.MaxVirtualUsers)
            Refuse("max_virtual_users", before.MaxVirtualUsers);
        if (MaxDurationMinutes > before.MaxDurationMinutes)
            Refuse("max_duration_minutes", before.MaxDurationMinutes);
        if (before.MaxRps is { } ceiling && !(MaxRps <= ceiling))
            Refuse("max_rps", ceiling);

        void Refuse(string name, double limit) => errors.Add($"limits.{name}", $"is raised above {limit:0.###}, which only an administrator may do");
    }
}
