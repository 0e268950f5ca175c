using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Loadstone.ServiceHost;

namespace Loadstone.Gateway.Api;

/// <summary>Refuses a query parameter that the operation's document does not name, for it would not do what its sender means.</summary>
internal static class QueryNames
{
    public static void UseQueryNames(this WebApplication app)
    {
        var document = app.Services.GetRequiredService<ApiDocument>();
        var names = document.Operations.ToFrozenDictionary(o => o.Id, o => NamesOf(document, o));
        app.Use((context, next) =>
        {
            if (Operation.Of(context) is { } operation && context.Request.Query.Keys.FirstOrDefault(name => !names[operation.Id].Contains(name)) is { } unknown)
                throw RefusalException.Field(unknown, "is not known here");
            return next(context);
        });
    }

    private static FrozenSet<string> NamesOf(ApiDocument document, Operation operation)
    {
        var path = document.Json["paths"]![operation.Path]!;
        return new[] { path["parameters"], path[operation.Method.ToLowerInvariant()]!["parameters"] }.OfType<JsonArray>()
            .SelectMany(list => list).Select(parameter => References.Follow(document.Json, parameter!))
            .Where(parameter => parameter["in"]!.ToString() == "query").Select(parameter => parameter["name"]!.ToString())
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
