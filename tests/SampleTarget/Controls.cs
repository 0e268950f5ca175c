namespace Loadstone.SampleTarget;

/// <summary>The routes that watch and turn the target. They are neither counted nor spoiled.</summary>
internal static class Controls
{
    private const double LongestStallSeconds = 600;

    public static void MapControls(this IEndpointRouteBuilder app, Counts counts, Knobs knobs, Action[] clearState)
    {
        var controls = app.MapGroup("").WithMetadata(CountedRoute.Uncounted);
        controls.MapGet("/counts", () => Answer.Json(counts.View()));
        controls.MapPost("/reset", () => Reset(counts, knobs, clearState));
        controls.MapGet("/knobs", () => Answer.Json(knobs.Settings));
        controls.MapPut("/knobs", (KnobSettings settings) => Turn(knobs, settings));
        controls.MapPost("/stall", (HttpContext context) => Stall(knobs, context));
    }

    /// <summary>Gives each route of the group its own line in the counts, named like `GET /api/products/{sku}`.</summary>
    public static RouteGroupBuilder CountedBy(this RouteGroupBuilder routes, Counts counts)
    {
        ((IEndpointConventionBuilder)routes).Finally(endpoint =>
        {
            var method = endpoint.Metadata.OfType<IHttpMethodMetadata>().Single().HttpMethods[0];
            var pattern = ((RouteEndpointBuilder)endpoint).RoutePattern.RawText!.Replace(":int}", "}", StringComparison.Ordinal);
            endpoint.Metadata.Add(counts.RouteNamed($"{method} {pattern}"));
        });
        return routes;
    }

    private static IResult Reset(Counts counts, Knobs knobs, Action[] clearState)
    {
        knobs.Reset();
        foreach (var clear in clearState) clear();
        counts.Reset();
        return Results.NoContent();
    }

    private static IResult Turn(Knobs knobs, KnobSettings settings)
    {
        if (settings.Errors() is { Count: > 0 } errors) return Answer.Invalid(errors);
        knobs.Turn(settings);
        return Answer.Json(settings);
    }

    private static IResult Stall(Knobs knobs, HttpContext context)
    {
        var seconds = Query.Number(context, "seconds", least: 0, LongestStallSeconds);
        return Turn(knobs, knobs.Settings with { Stall = new StallSettings { ForMs = seconds * 1000 } });
    }
}
