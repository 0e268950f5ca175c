using Loadstone.Configuration.Configurations;
using Loadstone.Configuration.Environments;
using Loadstone.Configuration.Files;
using Loadstone.Configuration.Scenarios;
using Loadstone.Plans;
using Loadstone.Plans.K6;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration.Exchange;

/// <summary>A configuration as a file: a plan that can be run and stored again, or a script for k6.</summary>
internal static class ExportEndpoint
{
    private const string Schema = "/schemas/plan.json";

    private enum Format
    {
        Yaml,
        Json,
        K6,
    }

    public static void MapExport(this WebApplication app) => app.MapGet("/api/load-testing/configurations/{id:guid}/export", ExportAsync);

    private static async Task<IResult> ExportAsync(HttpContext http, Guid id, string? format, IQuerySession session, CancellationToken cancellation)
    {
        if (!WireNames<Format>.ToValue.TryGetValue(format ?? "yaml", out var wanted))
            throw RefusalException.Field("format", $"must be one of {string.Join(", ", WireNames<Format>.ToValue.Keys)}");
        var configuration = await session.LoadAsync<TestConfiguration>(id, cancellation) ?? throw RefusalException.NotFound("configuration", id);
        var plan = configuration.Plan;
        var (text, type, ending) = wanted switch
        {
            Format.Yaml => (PlanText.Yaml(plan, Schema), "application/yaml", "yaml"),
            Format.Json => (PlanText.Json(plan), "application/json", "json"),
            _ => (await ScriptAsync(plan, session), "text/javascript", "js"),
        };
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{FileNameOf(plan.Name)}.{ending}\"";
        return Results.Text(text, $"{type}; charset=utf-8");
    }

    private static async Task<string> ScriptAsync(TestPlan plan, IQuerySession session)
    {
        var errors = new DocumentErrors();
        var (whole, _) = await session.FillFilesAsync(await session.FillScenariosAsync(plan, errors), errors);
        if (!errors.None)
            throw RefusalException.Conflict($"The configuration cannot be run any more, so it has no script: {errors.All[0]}.");
        var system = (await session.FindEnvironmentAsync(plan.Environment!))?.System;
        return K6Script.Of(whole, new K6Target(system?.BaseUrls[0] ?? "", system?.Variables ?? new Dictionary<string, string>(), system?.Secrets.Keys ?? []));
    }

    private static string FileNameOf(string name)
    {
        var plain = new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-')]).Trim('-');
        return plain.Length == 0 ? "plan" : plain;
    }
}
