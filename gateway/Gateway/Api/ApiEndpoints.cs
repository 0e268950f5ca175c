using System.Text.Json;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Gateway.Api;

/// <summary>Maps what the gateway answers itself, and holds all that is mapped against the document.</summary>
internal static class ApiEndpoints
{
    private static readonly string[] Parts = ["/api/", "/openapi/", "/schemas/", "/health/"];

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>Maps one of the gateway's own operations, where and how its document says.</summary>
    public static RouteHandlerBuilder MapOperation(this WebApplication app, string id, Delegate handler)
    {
        var operation = app.Services.GetRequiredService<ApiDocument>()[id];
        return app.MapMethods(operation.Pattern, [operation.Method], handler).WithMetadata(operation).AddEndpointFilter((context, next) =>
        {
            context.HttpContext.RefuseUnknownQuery();
            return next(context);
        });
    }

    /// <summary>The document itself, and a page to browse it and try it.</summary>
    public static void MapApiDocument(this WebApplication app)
    {
        var json = PublishedDocument.Of(app.Services.GetRequiredService<ApiDocument>()).ToJsonString();
        app.MapOperation("getOpenApi", () => Results.Text(json, "application/json; charset=utf-8"));
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "openapi";
            page.DocumentTitle = "Loadstone API";
            page.SwaggerEndpoint("/openapi/v1.json", "Loadstone");
            page.ConfigObject.AdditionalItems["layout"] = "BaseLayout"; // without the bar of its makers
            page.EnableDeepLinking();
            page.EnableFilter();
            page.DefaultModelsExpandDepth(0);
        });
    }

    /// <summary>What editors complete plan files by.</summary>
    public static void MapSchemas(this WebApplication app)
    {
        foreach (var (operation, schema) in new[] { ("getPlanSchema", PlanSchema.Plan), ("getJourneySchema", PlanSchema.Journey) })
        {
            var text = schema.ToJsonString(Readable);
            app.MapOperation(operation, () => Results.Text(text, "application/schema+json; charset=utf-8"));
        }
    }

    /// <summary>Holds the endpoints against the document: all that is described can be reached, and nothing else of the API.</summary>
    /// <exception cref="InvalidOperationException">An operation is not mapped, or an endpoint is not described.</exception>
    public static void MustBeDescribed(this WebApplication app)
    {
        var document = app.Services.GetRequiredService<ApiDocument>();
        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        foreach (var operation in document.Operations.Where(o => !endpoints.Any(e => Answers(e, o))))
            throw ApiDocument.Wrong($"nobody answers {operation.Id}, {operation.Method} {operation.Path}");
        foreach (var endpoint in endpoints.Where(e => IsOfTheApi(e) && !document.Operations.Any(o => Answers(e, o))))
            throw ApiDocument.Wrong($"{endpoint.RoutePattern.RawText} is answered and not described");
    }

    private static bool Answers(RouteEndpoint endpoint, Operation operation) =>
        "/" + endpoint.RoutePattern.RawText?.TrimStart('/') == operation.Pattern
        && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is var methods && (methods is null || methods.Contains(operation.Method));

    private static bool IsOfTheApi(RouteEndpoint endpoint) =>
        Parts.Any(part => ("/" + endpoint.RoutePattern.RawText?.TrimStart('/')).StartsWith(part, StringComparison.Ordinal));
}
