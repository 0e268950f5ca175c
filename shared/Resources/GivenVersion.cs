using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.ServiceHost;
using Microsoft.AspNetCore.Http;

namespace Loadstone.Resources;

/// <summary>The version that a writer has read, named by If-Match or in the body.</summary>
internal sealed class GivenVersion(HttpContext http)
{
    private const string Any = "*";

    private JsonNode? _inBody;

    /// <summary>Takes the version out of a body, and lets it carry back what the platform showed.</summary>
    public void ReadFrom(DocumentNode node, IEnumerable<string> shown)
    {
        foreach (var member in shown)
            node.Has(member);
        _inBody = node.Raw("version");
    }

    /// <summary>Refuses a write that names no version (428), or not the present one (409).</summary>
    public void MustBeCurrent(string kind, long current)
    {
        var given = InHeader() is { Length: > 0 } header ? header : _inBody is null ? [] : [_inBody.ToJsonString()];
        if (given.Length == 0)
            throw new RefusalException(StatusCodes.Status428PreconditionRequired, $"Name the version of the {kind} you read, by If-Match or as \"version\".");
        if (!given.Contains(Any) && !given.Contains(current.ToString()))
            throw RefusalException.Conflict($"The {kind} is at version {current}, not {string.Join(" or ", given)}; read it again.");
    }

    // If-Match is "*" or a list of tags, any of which may be the current one (RFC 9110 section 13.1.1).
    private string[] InHeader() =>
        [.. http.Request.Headers.IfMatch.SelectMany(line => line!.Split(',', StringSplitOptions.TrimEntries)).Select(tag => tag.Trim('"')).Where(tag => tag.Length > 0)];
}
