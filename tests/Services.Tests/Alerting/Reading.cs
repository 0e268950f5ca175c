using System.Text.Json.Nodes;
using Loadstone.Alerting.Rules;
using Loadstone.Plans;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>Reads bodies as their endpoints do.</summary>
internal static class Reading
{
    /// <summary>The paths of all that is wrong with a body.</summary>
    public static IEnumerable<string> PathsOf<T>(string body, Func<DocumentNode, T> read)
    {
        var errors = new DocumentErrors();
        var node = new DocumentNode(JsonNode.Parse(body), "", errors);
        read(node);
        node.RefuseUnknown();
        return errors.All.Select(e => e.Path).Distinct();
    }

    public static T Of<T>(string body, Func<DocumentNode, T> read) => read(new DocumentNode(JsonNode.Parse(body), "", new DocumentErrors()));

    public static AlertRule Rule(string body) =>
        new() { Id = Guid.NewGuid(), Terms = Of(body, RuleTerms.Read) };
}
