using System.Text.Json.Nodes;
using Loadstone.Contracts;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

/// <summary>
/// A run again: the same copy of the configuration and the same seed, so the same arrivals, users and data. What its environment
/// demands is that of now.
/// </summary>
internal static class Rerun
{
    private const string Suffix = " (rerun)";
    private const int LongestName = 200;

    /// <summary>The plan of a run as the configuration service can check it. Endpoints have become scenarios, and only one may stand.</summary>
    public static JsonObject PlanToCheck(Execution x) => (x.Plan with
    {
        TargetEndpoints = null,
        Environment = x.Request.Configuration.Environment,
        // Which rows they are says nothing about whether it may run, and there may be very many.
        ScenarioConfig = x.Plan.ScenarioConfig with
        {
            DataGeneration = x.Plan.ScenarioConfig.DataGeneration?.ToDictionary(f => f.Key, f => f.Value with { Rows = f.Value.Rows?.Take(1).ToList() }),
        },
    }).ToJson();

    /// <param name="x">The run to repeat.</param>
    /// <param name="name">The new run's name; the old one's with a suffix when null.</param>
    /// <param name="now">What its environment allows now.</param>
    /// <exception cref="RefusalException">409 when the run went where its environment is no longer.</exception>
    public static NewRun Of(Execution x, string? name, RunnableConfiguration now)
    {
        if (x.Request.Configuration.BaseUrls.Except(now.BaseUrls).FirstOrDefault() is { } gone)
            throw RefusalException.Conflict($"The environment {now.Environment} does not name {gone} any more, so the execution cannot be repeated.");
        var configuration = x.Request.Configuration with
        {
            EnvironmentId = now.EnvironmentId,
            SecretNames = now.SecretNames,
            MaxRps = now.MaxRps,
            RequiresPassedRunIn = now.RequiresPassedRunIn,
            Probes = now.Probes,
        };
        return new NewRun(configuration, name ?? NameOf(x.Request.Name), x.Request.Seed, x.Id);
    }

    private static string NameOf(string before) => before.EndsWith(Suffix, StringComparison.Ordinal) ? before
        : before.Length + Suffix.Length <= LongestName ? before + Suffix
        : before[..(LongestName - Suffix.Length)] + Suffix;
}
