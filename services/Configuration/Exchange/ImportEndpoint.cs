using System.Text.Json.Nodes;
using Loadstone.Configuration.Configurations;
using Loadstone.Configuration.Environments;
using Loadstone.Plans;
using Loadstone.Resources;
using Loadstone.ServiceHost;
using Microsoft.AspNetCore.Mvc;

namespace Loadstone.Configuration.Exchange;

/// <summary>
/// Makes a configuration of a file that another tool wrote. It is answered, to be looked at and changed; it is stored only when that
/// is asked for. What could not be taken over is named, one by one.
/// </summary>
internal static class ImportEndpoint
{
    private const int MostUsers = 5;
    private const int LargestFile = 20 << 20;

    private enum Format
    {
        Har,
        Openapi,
        Jmx,
        K6,
    }

    public static void MapImport(this WebApplication app)
    {
        var kind = new ConfigurationKind(app.Configuration["LOADSTONE_DEFAULT_ENVIRONMENT"] ?? "sample");
        app.MapPost("/api/load-testing/import", (
            HttpContext http, string? format, string? name, string? environment, string? leaveOutStatic, string? store, IDocumentSession session, TimeProvider time) =>
            ImportAsync(http, kind, new Wanted(FormatOf(format, "format"), name, environment, ListFilter.Flag("leaveOutStatic", leaveOutStatic)), ListFilter.Flag("store", store) == true, session, time)).WithMetadata(new RequestSizeLimitAttribute(LargestFile));
    }

    /// <summary>What was asked for: in the query, or beside the file in the body.</summary>
    private sealed record Wanted(Format? Format, string? Name, string? Environment, bool? LeaveOutStatic)
    {
        public Wanted Or(Wanted other) => new(Format ?? other.Format, Name ?? other.Name, Environment ?? other.Environment, LeaveOutStatic ?? other.LeaveOutStatic);
    }

    private static async Task<IResult> ImportAsync(HttpContext http, ConfigurationKind kind, Wanted asked, bool store, IDocumentSession session, TimeProvider time)
    {
        var (wanted, text) = await ReadAsync(http, asked);
        if (wanted.Name is { Length: < 1 or > 200 } || (wanted.Name is not null && string.IsNullOrWhiteSpace(wanted.Name)))
            throw RefusalException.Field("name", "must be between 1 and 200 characters, and not blank");
        var environment = wanted.Environment ?? kind.DefaultEnvironment;
        var system = (await session.FindEnvironmentAsync(environment))?.System ?? throw RefusalException.Field("environment", $"names no registered environment: {environment}");
        var import = new Import(environment, system.BaseUrls);
        Read(text, wanted, import);
        var plan = import.ToPlan(wanted.Name ?? import.Scenarios.FirstOrDefault()?["name"]?.ToString() ?? "import");
        RefusalException.ThrowIfAny(import.Errors);
        if (!store)
            return Results.Ok(Answer(import, plan!.ToJson(), stored: false));
        await kind.CheckAsync(new Proposal<TestConfiguration, TestPlan>(plan!, null, session, http, import.Errors));
        RefusalException.ThrowIfAny(import.Errors);
        var id = await kind.KeepAsync(plan!, session, InternalIdentity.CallerOf(http), time, http.RequestAborted);
        var kept = await session.LoadAsync<TestConfiguration>(id, http.RequestAborted);
        return Results.Created($"/api/load-testing/configurations/{id}", Answer(import, kept!.ToJson(), stored: true));
    }

    private static JsonObject Answer(Import import, JsonObject configuration, bool stored) => new()
    {
        ["success"] = true,
        ["stored"] = stored,
        ["configuration"] = configuration,
        ["variables"] = new JsonArray([.. import.Variables.Select(v => new JsonObject { ["name"] = v.Key, ["insteadOf"] = v.Value })]),
        ["warnings"] = new JsonArray([.. import.Warnings.Select(w => JsonValue.Create(w))]),
    };

    // The file itself, or an object with the file in it: what another tool wrote is known by its first member.
    private static async Task<(Wanted Wanted, string Text)> ReadAsync(HttpContext http, Wanted asked)
    {
        if (!http.Request.HasJsonContentType())
            return (asked, await http.Request.ReadTextAsync("application/yaml", "application/xml", "text/yaml", "text/xml", "text/plain"));
        var errors = new DocumentErrors();
        var node = await http.Request.ReadDocumentAsync(errors);
        if (new[] { "log", "openapi", "swagger" }.FirstOrDefault(node.Has) is not null)
            return (asked, node.ToJson());
        var beside = new Wanted(
            node.Has("format") ? node.OneOf<Format>("format") : null, node.Text("name"), node.Text("environment"), node.Has("leaveOutStatic") ? node.Flag("leaveOutStatic", false) : null);
        if (!node.Has("content"))
            node.Error("content", "is required");
        else if (node.Raw("content") is not (JsonObject or JsonValue) || (node.Raw("content") is JsonValue value && !value.TryGetValue<string>(out _)))
            node.Error("content", "must be the file as a text, or as JSON");
        node.RefuseUnknown();
        RefusalException.ThrowIfAny(errors);
        return (asked.Or(beside), node.Raw("content") is JsonValue text ? text.GetValue<string>() : node.Raw("content")!.ToJsonString());
    }

    private static void Read(string text, Wanted wanted, Import import)
    {
        if (wanted.Format == Format.K6)
        {
            import.Errors.Add("format", "k6 is not read: a script is a program, and its results belong to a run. Export the recording it was made from as HAR");
            return;
        }

        if (wanted.Format == Format.Jmx || (wanted.Format is null && text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n').StartsWith('<')))
        {
            JmxImport.Read(text.TrimStart('\uFEFF'), import);
            return;
        }

        var document = text.TrimStart().StartsWith('{') ? PlanFile.ParseJson(text, import.Errors) : PlanFile.ToJson(text, import.Errors);
        if (!import.Errors.None)
            return;
        import.Plan["duration"] = "1m";
        import.Plan["max_virtual_users"] = MostUsers;
        if (wanted.Format == Format.Har || (wanted.Format is null && document is JsonObject json && json.ContainsKey("log")))
            HarImport.Read(document, wanted.LeaveOutStatic != true, import);
        else
            OpenApiImport.Read(document, import);
    }

    private static Format? FormatOf(string? text, string name) => text is null ? null
        : WireNames<Format>.ToValue.TryGetValue(text, out var format) ? format
        : throw RefusalException.Field(name, $"must be one of {string.Join(", ", WireNames<Format>.ToValue.Keys)}");
}
