using System.Net;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Loadstone.ServiceHost;

/// <summary>
/// Refuses, by name, every query parameter that would not do what its sender means: one that the route does not know, one that
/// is given twice, and one whose text cannot be read or kept.
/// </summary>
public static class QueryRules
{
    internal static void UseQueryRules(this WebApplication app) => app.Use((context, next) =>
    {
        context.RefuseUnknownQuery();
        return next(context);
    });

    /// <summary>Holds the query of a request against its route.</summary>
    /// <exception cref="RefusalException">400 that names the parameter.</exception>
    public static void RefuseUnknownQuery(this HttpContext context)
    {
        RefuseOtherThanUtf8(context.Request.QueryString);
        foreach (var (name, values) in context.Request.Query)
        {
            if (values.Any(v => v!.Contains('\0', StringComparison.Ordinal)))
                throw RefusalException.Field(name, "holds a zero character"); // PostgreSQL holds none
            if (values.Count > 1)
                throw RefusalException.Field(name, "is given more than once");
            if (context.GetEndpoint() is { } route && !Knows(route, name))
                throw RefusalException.Field(name, "is not known here");
        }
    }

    // What is not mapped for a method takes no part in this.
    private static bool Knows(Endpoint route, string name) => route.Metadata.GetMetadata<IHttpMethodMetadata>() is null
        || route.Metadata.OfType<IParameterBindingMetadata>().Any(p => p.ParameterInfo.ParameterType == typeof(string) && p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    // The usual decoder leaves what it cannot decode as it stands, and "%FF" would be looked for by these three characters.
    private static void RefuseOtherThanUtf8(QueryString query)
    {
        foreach (var parameter in query.Value?.TrimStart('?').Split('&') ?? [])
        {
            var raw = Encoding.UTF8.GetBytes(parameter);
            if (!Utf8.IsValid(WebUtility.UrlDecodeToBytes(raw, 0, raw.Length)))
                throw RefusalException.Field(WebUtility.UrlDecode(parameter.Split('=')[0]), "is not UTF-8");
        }
    }
}
