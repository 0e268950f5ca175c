using Loadstone.Plans;

namespace Loadstone.Contracts;

/// <summary>configuration → scheduler, by HTTP. Everything that is needed to run a configuration as it is now.</summary>
/// <param name="ConfigurationId">The configuration.</param>
/// <param name="Version">Its version.</param>
/// <param name="Plan">Its plan, with every scenario filled in.</param>
/// <param name="Environment">The environment under test.</param>
/// <param name="BaseUrls">The only places requests may go; the first is the usual one.</param>
/// <param name="Variables">What templates read as <c>env.NAME</c>.</param>
/// <param name="Scale">What the plan was made larger or smaller by; null for its own size.</param>
public sealed record RunnableConfiguration(
    Guid ConfigurationId, long Version, TestPlan Plan, string Environment, IReadOnlyList<string> BaseUrls, IReadOnlyDictionary<string, string> Variables,
    PlanScale? Scale = null);
