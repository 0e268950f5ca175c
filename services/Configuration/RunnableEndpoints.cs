using Loadstone.Configuration.Configurations;
using Loadstone.Configuration.Environments;
using Loadstone.Configuration.Files;
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
        app.MapGet("/internal/plans/{id}/runnable", (
            HttpContext http, string id, string? environment, string? confirm, string? anytime, string? scale, string? timeScale, IQuerySession session) =>
            PlanAsync(http, id, environment, kind.DefaultEnvironment, RunRequest.Of(confirm, anytime, scale, timeScale), session));
        app.MapPost("/internal/configurations/runnable", (HttpContext http, string? baseUrl, IDocumentStore store, TimeProvider time) =>
            KeepAsync(http, kind, null, baseUrl, store, time));
        app.MapPut("/internal/configurations/{id:guid}/runnable", (HttpContext http, Guid id, string? baseUrl, IDocumentStore store, TimeProvider time) =>
            KeepAsync(http, kind, id, baseUrl, store, time));
        app.MapPost("/internal/plans/runnable", (HttpContext http, IQuerySession session) => CheckAsync(http, kind, session));
    }

    private static async Task<RunnableConfiguration> GetAsync(
        HttpContext http, Guid id, string? confirm, string? anytime, string? scale, string? timeScale, IQuerySession session)
    {
        var configuration = await session.LoadAsync<TestConfiguration>(id, http.RequestAborted) ?? throw RefusalException.NotFound("configuration", id);
        configuration.MustBeActive("configuration");
        return await RunnableAsync(http, configuration.Plan, session, RunRequest.Of(confirm, anytime, scale, timeScale)) with { ConfigurationId = id, Version = configuration.Version };
    }

    private static async Task<RunnableConfiguration> PlanAsync(
        HttpContext http, string id, string? chosen, string usual, RunRequest asked, IQuerySession session)
    {
        var kept = await session.FindPlanAsync(id, http.RequestAborted) ?? throw RefusalException.NotFound("plan", id);
        kept.MustBeActive("plan");
        if (chosen is not null && await session.FindEnvironmentAsync(chosen) is null)
            throw RefusalException.Field("environment", $"names no registered environment: {chosen}");
        var plan = kept.Plan with { Environment = chosen ?? kept.Plan.Environment ?? usual };
        return await RunnableAsync(http, plan, session, asked) with { ConfigurationId = kept.Id, Version = kept.Version };
    }

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
        var runnable = First(await RunnableAsync(http, plan, session), baseUrl);
        var kept = await kind.KeepAsync(plan, before, session, InternalIdentity.CallerOf(http), time, http.RequestAborted);
        return runnable with { ConfigurationId = kept.Id, Version = kept.Version };
    }

    private static async Task<RunnableConfiguration> CheckAsync(HttpContext http, ConfigurationKind kind, IQuerySession session)
    {
        var plan = await http.Request.ReadAsync(kind.Read);
        await CheckAsync(http, kind, plan, null, session);
        return await RunnableAsync(http, plan, session);
    }

    private static async Task CheckAsync(HttpContext http, ConfigurationKind kind, TestPlan plan, TestConfiguration? before, IQuerySession session)
    {
        var errors = new DocumentErrors();
        await kind.CheckAsync(new Proposal<TestConfiguration, TestPlan>(plan, before, session, http, errors));
        RefusalException.ThrowIfAny(errors);
    }

    private static async Task<RunnableConfiguration> RunnableAsync(HttpContext http, TestPlan given, IQuerySession session, RunRequest? asked = null)
    {
        var environment = await session.FindEnvironmentAsync(given.Environment!)
            ?? throw RefusalException.Conflict($"The environment {given.Environment} is not registered any more.");
        var system = environment.System;
        var now = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var errors = new DocumentErrors();
        var request = asked ?? RunRequest.Plain;
        var plan = request.Scale.Apply(given, errors);
        RunTerms.CheckCaller(system, InternalIdentity.CallerOf(http));
        RunTerms.Check(system, plan, request.IsConfirmed, request.IsForAnytime ? null : now, errors);
        var (whole, files) = await session.FillFilesAsync(await session.FillScenariosAsync(plan, errors), errors);
        RefusalException.ThrowIfAny(errors);
        await environment.MustBeOursAsync(http.RequestServices.GetRequiredService<IConfiguration>(), now, http.RequestAborted);
        return new RunnableConfiguration(
            Guid.Empty, 0, whole, system.Name, system.BaseUrls, system.Variables,
            environment.Id, [.. system.Secrets.Keys], system.Limits.MaxRps, system.RequiresPassedRunIn, asked?.Scale,
            system.Kind == EnvironmentKind.Production, files.Count == 0 ? null : files, system.Probes.Count == 0 ? null : system.Probes);
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

/// <summary>How a run was asked for, beside what.</summary>
/// <param name="Scale">Its size.</param>
/// <param name="IsConfirmed">True when whoever asks has confirmed it, beside what the plan says.</param>
/// <param name="IsForAnytime">True when it is not to begin now.</param>
internal sealed record RunRequest(PlanScale Scale, bool IsConfirmed, bool IsForAnytime)
{
    public static readonly RunRequest Plain = new(PlanScale.None, false, false);

    public static RunRequest Of(string? confirm, string? anytime, string? scale, string? timeScale) => new(
        new PlanScale(Factor(scale), Factor(timeScale)), ListFilter.Flag("confirm", confirm) ?? false, ListFilter.Flag("anytime", anytime) ?? false);

    private static double Factor(string? given) => given is null ? 1 : double.Parse(given, System.Globalization.CultureInfo.InvariantCulture);
}
