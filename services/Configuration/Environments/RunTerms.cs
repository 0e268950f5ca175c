using System.Globalization;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration.Environments;

/// <summary>What must hold before a system is put under load.</summary>
internal static class RunTerms
{
    /// <summary>Notes what a plan asks for that the environment does not allow.</summary>
    /// <param name="system">The system under test.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="confirmed">True when whoever asks for this run has confirmed it, beside what the plan says.</param>
    /// <param name="now">When it would begin; null for some other time.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static void Check(TargetSystem system, TestPlan plan, bool confirmed, DateTimeOffset? now, DocumentErrors errors)
    {
        system.Limits.Check(plan, system.Name, errors);
        if (plan.AbTest is { } ab && !system.BaseUrls.Skip(1).Any(url => new Uri(url) == new Uri(ab.Candidate)))
            errors.Add("ab_test.candidate", $"must be one of the base URLs of the environment {system.Name} behind the first, which is the base: {string.Join(", ", system.BaseUrls)}");
        if (system.Kind == EnvironmentKind.Production)
            CheckProduction(system, plan, confirmed, errors);
        if (now is { } at && system.AllowedTimeWindows.Count > 0 && TimeWindow.Around(system.AllowedTimeWindows, at, plan.Shape.Duration) is null)
        {
            errors.Add("environment", string.Create(CultureInfo.InvariantCulture,
                $"may be put under load in its time windows only: {string.Join("; ", system.AllowedTimeWindows)}; a run of {plan.Shape.Duration.TotalMinutes:0.##} min that begins now does not fit"));
        }
    }

    /// <summary>
    /// Refuses whoever may not put a production system under load. A service that speaks for nobody carries out what its author was
    /// allowed to do when it was written: a schedule.
    /// </summary>
    public static void CheckCaller(TargetSystem system, Caller caller)
    {
        if (system.Kind == EnvironmentKind.Production && caller.User != caller.Service && !caller.Roles.Contains("admin"))
            throw new RefusalException(StatusCodes.Status403Forbidden, $"{system.Name} is a production environment: only an administrator may run a test there.");
    }

    private static void CheckProduction(TargetSystem system, TestPlan plan, bool confirmed, DocumentErrors errors)
    {
        if (!plan.Confirm && !confirmed)
            errors.Add("confirm", $"must be true to run against {system.Name}, a production environment");
        foreach (var (name, feeder) in plan.ScenarioConfig.DataGeneration ?? new Dictionary<string, Feeder>())
        {
            if (!feeder.Synthetic)
                errors.Add($"scenario_config.data_generation.{name}.synthetic", $"must be true to run against {system.Name}, a production environment: it takes no real people's data");
        }
    }
}
