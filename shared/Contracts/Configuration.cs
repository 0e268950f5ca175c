using Loadstone.Plans;

namespace Loadstone.Contracts;

/// <summary>configuration → scheduler, by HTTP. Everything that is needed to run a configuration as it is now.</summary>
/// <param name="ConfigurationId">The configuration.</param>
/// <param name="Version">Its version.</param>
/// <param name="Plan">Its plan, with every scenario filled in.</param>
/// <param name="Environment">The environment under test.</param>
/// <param name="BaseUrls">The only places requests may go; the first is the usual one.</param>
/// <param name="Variables">What templates read as <c>env.NAME</c>.</param>
/// <param name="EnvironmentId">The environment's id.</param>
/// <param name="SecretNames">What templates read as <c>env.NAME</c> too; the worker asks for the values.</param>
/// <param name="MaxRps">Requests per second that no run goes above; null for no ceiling.</param>
/// <param name="RequiresPassedRunIn">Another environment, where the same scenarios must have passed last; null for none.</param>
/// <param name="Scale">What the plan was made larger or smaller by; null for its own size.</param>
/// <param name="IsProduction">True when people depend on what is put under load.</param>
/// <param name="Files">The uploaded files whose rows the plan carries; null when there is none.</param>
/// <param name="Probes">Where the system under test tells how it stands; null for nowhere.</param>
public sealed record RunnableConfiguration(
    Guid ConfigurationId, long Version, TestPlan Plan, string Environment, IReadOnlyList<string> BaseUrls, IReadOnlyDictionary<string, string> Variables,
    Guid EnvironmentId = default, IReadOnlyList<string>? SecretNames = null, double? MaxRps = null, string? RequiresPassedRunIn = null,
    PlanScale? Scale = null, bool IsProduction = false, IReadOnlyList<PinnedFile>? Files = null,
    IReadOnlyList<TargetProbe>? Probes = null);

/// <summary>An uploaded file that a run took rows from. The hash is that of its content, so the rows are these for ever.</summary>
/// <param name="Feeder">What templates call the rows.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Hash">The SHA-256 of its content, as <c>sha256:…</c>.</param>
/// <param name="Rows">How many there are.</param>
public sealed record PinnedFile(string Feeder, string Name, string Hash, int Rows);

/// <summary>configuration → worker, by HTTP. The values of an environment's secrets, for the run of the token that was shown. In no event, message or log.</summary>
/// <param name="Values">Name to value.</param>
public sealed record SecretValues(IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The names, and never a value.</summary>
    public override string ToString() => string.Join(", ", Values.Keys);
}
