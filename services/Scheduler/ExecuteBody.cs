using System.Globalization;
using Loadstone.Contracts;
using Loadstone.Plans;

namespace Loadstone.Scheduler;

/// <summary>What is to be run: a configuration, or a plan in an environment; in its own size or another.</summary>
internal sealed record ExecuteBody(Guid ConfigurationId, string? PlanId, string? Environment, string? Name, bool IsConfirmed, PlanScale Scale)
{
    /// <summary>What a retry must have in common with the first request.</summary>
    public string Content => (PlanId is null ? $"{ConfigurationId}|{Name}" : $"plan|{PlanId}|{Environment}|{Name}")
        + (Scale == PlanScale.None ? "" : FormattableString.Invariant($"|{Scale.Users}|{Scale.Time}"));

    public static ExecuteBody Read(DocumentNode body)
    {
        var isPlan = body.Has("planId");
        var id = isPlan ? Guid.Empty : body.RequiredId("configurationId", "a configuration");
        if (isPlan && body.Has("configurationId"))
            body.Error("planId", "stands beside configurationId: give one of them");
        if (!isPlan && body.Has("environment"))
            body.Error("environment", "belongs to planId: a configuration has its own");
        return new ExecuteBody(id, body.Text("planId"), body.Text("environment"), body.Text("executionName"), body.Flag("confirm", false), PlanScale.Read(body));
    }

    /// <summary>Everything that is needed to run it, as of now.</summary>
    public Task<RunnableConfiguration> RunnableAsync(IConfigurationClient configurations, CancellationToken cancellation) => (PlanId is null
        ? configurations.RunnableAsync(ConfigurationId, Terms, cancellation)
        : configurations.PlanAsync(PlanId, Terms, cancellation)).OrRefuseAsync();

    private Dictionary<string, string?> Terms => new()
    {
        ["environment"] = Environment,
        ["confirm"] = IsConfirmed ? "true" : null,
        ["scale"] = Scale.Users.ToString("R", CultureInfo.InvariantCulture),
        ["timeScale"] = Scale.Time.ToString("R", CultureInfo.InvariantCulture),
    };
}
