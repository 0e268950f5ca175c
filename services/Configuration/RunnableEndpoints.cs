using System.Globalization;
using Loadstone.Configuration.Configurations;
using Loadstone.Configuration.Environments;
using Loadstone.Configuration.Scenarios;
using Loadstone.Configuration.TestPlans;
using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration;

/// <summary>
/// What the scheduler asks, once for each run: everything that is needed to run a plan as it is now. Whatever way a plan comes,
/// it may be run only when its environment allows it now.
/// </summary>
internal static class RunnableEndpoints
{
    private const int Attempts = 3;

    public static void MapRunnable(this WebApplication app)
    {
        var kind = new ConfigurationKind(app.Configuration["LOADSTONE_DEFAULT_ENVIRONMENT"] ?? "sample");
        app.MapGet("/internal/configurations/{id:guid}/runnable", GetAsync);
        app.MapGet("/internal/plans/{id}/runnable", (string id, string? environment, string? scale, string? timeScale, IQuerySession session, CancellationToken cancellation) =>
            PlanAsync(id, environment ?? kind.DefaultEnvironment, environment is not null, ScaleOf(scale, timeScale), session, cancellation));
        app.MapPost("/internal/configurations/runnable", (HttpContext http, string? baseUrl, IDocumentStore store, TimeProvider time) =>
            KeepAsync(http, kind, null, baseUrl, store, time));
        app.MapPut("/internal/configurations/{id:guid}/runnable", (HttpContext http, Guid id, string? baseUrl, IDocumentStore store, TimeProvider time) =>
            KeepAsync(http, kind, id, baseUrl, store, time));
        app.MapPost("/internal/plans/runnable", (HttpContext http, IQuerySession session) => CheckAsync(http, kind, session));
    }

    private static async Task<RunnableConfiguration> GetAsync(Guid id, string? scale, string? timeScale, IQuerySession session, CancellationToken cancellation)
    {
        var configuration = await session.LoadAsync<TestConfiguration>(id, cancellation) ?? throw RefusalException.NotFound("configuration", id);
        configuration.MustBeActive("configuration");
        return await RunnableAsync(configuration.Plan, session, ScaleOf(scale, timeScale)) with { ConfigurationId = id, Version = configuration.Version };
    }

    private static async Task<RunnableConfiguration> PlanAsync(
        string id, string environment, bool isChosen, PlanScale scale, IQuerySession session, CancellationToken cancellation)
    {
        var kept = await session.FindPlanAsync(id, cancellation) ?? throw RefusalException.NotFound("plan", id);
        kept.MustBeActive("plan");
        if (isChosen && await session.FindEnvironmentAsync(environment) is null)
            throw RefusalException.Field("environment", $"names no registered environment: {environment}");
        var plan = kept.Plan with { Environment = isChosen ? environment : kept.Plan.Environment ?? environment };
        return await RunnableAsync(plan, session, scale) with { ConfigurationId = kept.Id, Version = kept.Version };
    }

    private static PlanScale ScaleOf(string? users, string? time) => new(Factor(users), Factor(time));

    private static double Factor(string? given) => given is null ? 1 : double.Parse(given, CultureInfo.InvariantCulture);

    private static async Task<RunnableConfiguration> KeepAsync(
        HttpContext http, ConfigurationKind kind, Guid? id, string? baseUrl, IDocumentStore store, TimeProvider time)
    {
        var plan = await http.Request.ReadAsync(kind.Read);
        for (var attempt = 1; ; attempt++)
        {
            await using var session = store.LightweightSession();
            try
            {
                return await KeepAsync(http, kind, plan, id, baseUrl, session, time);
            }
            catch (RefusalException e) when (e.Status == StatusCodes.Status409Conflict && attempt < Attempts)
            {
                // Another job may have kept a plan under the same name just now; this one is its next version.
                continue;
            }
        }
    }

    // Nothing is kept of what cannot be run.
    private static async Task<RunnableConfiguration> KeepAsync(
        HttpContext http, ConfigurationKind kind, TestPlan plan, Guid? id, string? baseUrl, IDocumentSession session, TimeProvider time)
    {
        var before = id is { } known
            ? await session.LoadAsync<TestConfiguration>(known, http.RequestAborted) ?? throw RefusalException.NotFound(kind.Name, known)
            : await TakenName.FindAsync<TestConfiguration>(session, kind.Name, plan.Name, http.RequestAborted);
        before?.MustBeActive(kind.Name);
        await CheckAsync(http, kind, plan, before, session);
        var runnable = First(await RunnableAsync(plan, session), baseUrl);
        var kept = await kind.KeepAsync(plan, before, session, InternalIdentity.CallerOf(http), time, http.RequestAborted);
        return runnable with { ConfigurationId = kept.Id, Version = kept.Version };
    }

    private static async Task<RunnableConfiguration> CheckAsync(HttpContext http, ConfigurationKind kind, IQuerySession session)
    {
        var plan = await http.Request.ReadAsync(kind.Read);
        await CheckAsync(http, kind, plan, null, session);
        return await RunnableAsync(plan, session);
    }

    private static async Task CheckAsync(HttpContext http, ConfigurationKind kind, TestPlan plan, TestConfiguration? before, IQuerySession session)
    {
        var errors = new DocumentErrors();
        await kind.CheckAsync(new Proposal<TestConfiguration, TestPlan>(plan, before, session, http, errors));
        RefusalException.ThrowIfAny(errors);
    }

    private static async Task<RunnableConfiguration> RunnableAsync(TestPlan plan, IQuerySession session, PlanScale? scale = null)
    {
        var environment = await session.FindEnvironmentAsync(plan.Environment!)
            ?? throw RefusalException.Conflict($"The environment {plan.Environment} is not registered any more.");
        var errors = new DocumentErrors();
        plan = (scale ?? PlanScale.None).Apply(plan, errors);
        environment.System.Limits.Check(plan, environment.System.Name, errors);
        var whole = await session.FillScenariosAsync(plan, errors);
        if (environment.System.Kind == EnvironmentKind.Production && !plan.Confirm)
            errors.Add("confirm", $"must be true to run against {environment.System.Name}, a production environment");
        RefusalException.ThrowIfAny(errors);
        return new RunnableConfiguration(Guid.Empty, 0, whole, environment.System.Name, environment.System.BaseUrls, environment.System.Variables, scale);
    }

    // A run's relative paths go to the first.
    private static RunnableConfiguration First(RunnableConfiguration runnable, string? baseUrl)
    {
        if (baseUrl is null)
            return runnable;
        var wanted = runnable.BaseUrls.FirstOrDefault(url => Uri.TryCreate(baseUrl, UriKind.Absolute, out var given) && new Uri(url) == given)
            ?? throw RefusalException.Field("baseUrl", $"must be one of those of the environment {runnable.Environment}: {string.Join(", ", runnable.BaseUrls)}");
        return runnable with { BaseUrls = [wanted, .. runnable.BaseUrls.Where(url => url != wanted)] };
    }
}
