using Loadstone.Configuration.Configurations;
using Loadstone.Configuration.Environments;
using Loadstone.Configuration.Scenarios;
using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration;

/// <summary>What the scheduler asks, once for each run: everything that is needed to run a configuration as it is now.</summary>
internal static class RunnableEndpoints
{
    public static void MapRunnable(this WebApplication app) => app.MapGet("/internal/configurations/{id:guid}/runnable", GetAsync);

    private static async Task<RunnableConfiguration> GetAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var configuration = await session.LoadAsync<TestConfiguration>(id, cancellation) ?? throw RefusalException.NotFound("configuration", id);
        configuration.MustBeActive("configuration");
        var plan = configuration.Plan;
        var environment = await session.FindEnvironmentAsync(plan.Environment!)
            ?? throw RefusalException.Conflict($"The environment {plan.Environment} is not registered any more.");
        var errors = new DocumentErrors();
        environment.System.Limits.Check(plan, environment.System.Name, errors);
        var whole = await session.FillScenariosAsync(plan, errors);
        if (environment.System.Kind == EnvironmentKind.Production && !plan.Confirm)
            errors.Add("confirm", $"must be true to run against {environment.System.Name}, a production environment");
        RefusalException.ThrowIfAny(errors);
        return new RunnableConfiguration(id, configuration.Version, whole, environment.System.Name, environment.System.BaseUrls, environment.System.Variables);
    }
}
