using System.Text.RegularExpressions;

namespace Loadstone.Gateway.Api;

/// <summary>The least that a caller must be, in rising order: whoever may do more may do all that is before it.</summary>
internal enum Role
{
    Anonymous,
    Viewer,
    Engineer,
    Admin,
}

/// <summary>Which of a caller's allowances a call takes from.</summary>
internal enum RateClass
{
    Read,
    Write,
    Execute,
}

/// <summary>
/// One thing the API can be asked to do, as its document says. Every endpoint of the API carries its operation as metadata, so
/// that whoever guards the door reads there what the call needs.
/// </summary>
/// <param name="Id">The document's operationId.</param>
/// <param name="Method">In upper case.</param>
/// <param name="Path">As the document writes it.</param>
/// <param name="Pattern">The path as a route, with the kinds of its parameters.</param>
/// <param name="Service">Who answers.</param>
/// <param name="Role">The least that may call it.</param>
/// <param name="RateClass">What it counts as.</param>
/// <param name="Tags">The areas it belongs to.</param>
/// <param name="IsAudited">Whether it is noted who read this; what changes something always is.</param>
/// <param name="Timeout">How long nothing may move before the call is given up; null for the usual time.</param>
/// <param name="LargestBodyMb">How large its body may be, in MB; null for the usual size.</param>
internal sealed partial record Operation(
    string Id, string Method, string Path, string Pattern, string Service, Role Role, RateClass RateClass,
    IReadOnlyList<string> Tags, bool IsAudited, TimeSpan? Timeout, int? LargestBodyMb = null)
{
    public const string Gateway = "gateway";

    /// <summary>The operation a request was routed to; null for what is no part of the API, such as the dashboard's files.</summary>
    public static Operation? Of(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<Operation>();

    /// <summary>The metadata of its route.</summary>
    public Dictionary<string, string> ToMetadata() => new()
    {
        ["operation"] = Id,
        ["role"] = Role.ToString(),
        ["rate_class"] = RateClass.ToString(),
    };

    /// <summary>A path as a route in which parameters that are ids match ids only.</summary>
    public static string PatternOf(string path, IReadOnlySet<string> ids) =>
        Parameter().Replace(path, parameter => ids.Contains(parameter.Groups["name"].Value) ? $"{{{parameter.Groups["name"].Value}:guid}}" : parameter.Value);

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
