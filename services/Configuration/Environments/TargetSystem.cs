using System.Text.Json.Serialization;
using Loadstone.Plans;

namespace Loadstone.Configuration.Environments;

public enum EnvironmentKind
{
    Staging,
    Production,
}

/// <summary>Where a system is, what its templates may read, and how much load it is to get at most, and when.</summary>
public sealed record TargetSystem
{
    private const int LongestValue = 10_000;

    public string Name { get; init; } = "";

    public EnvironmentKind Kind { get; init; }

    /// <summary>The only hosts a run may send traffic to; relative paths go to the first.</summary>
    public IReadOnlyList<string> BaseUrls { get; init; } = [];

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The names of what templates may read and nobody else; values are null here, and everywhere but in the sealed box.</summary>
    public IReadOnlyDictionary<string, string?> Secrets { get; init; } = new Dictionary<string, string?>();

    public EnvironmentLimits Limits { get; init; } = new();

    /// <summary>When it may be put under load; at any time when there is none.</summary>
    public IReadOnlyList<TimeWindow> AllowedTimeWindows { get; init; } = [];

    /// <summary>Another environment, where the same scenarios must have passed last.</summary>
    public string? RequiresPassedRunIn { get; init; }

    public IReadOnlyList<TargetProbe> Probes { get; init; } = [];

    /// <summary>What the author has just given: values to be sealed, null to keep one. Null when secrets were not spoken of.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string?>? GivenSecrets { get; init; }

    public static TargetSystem Read(DocumentNode node)
    {
        var given = node.Has("secrets") ? ReadSecrets(node) : null;
        var names = (given ?? []).ToDictionary(s => s.Key, _ => (string?)null);
        var system = new TargetSystem
        {
            Name = node.RequiredText("name"),
            Kind = node.OneOf<EnvironmentKind>("kind") ?? EnvironmentKind.Staging,
            BaseUrls = ReadUrls(node),
            Variables = node.Map("variables").ToDictionary(v => v.Key, v => v.Map.Text(v.Key, LongestValue, min: 0) ?? ""),
            Secrets = names,
            GivenSecrets = given,
            Limits = EnvironmentLimits.Read(node.Object("limits")),
            AllowedTimeWindows = TimeWindow.ReadAll(node),
            RequiresPassedRunIn = node.Text("requires_passed_run_in"),
            Probes = TargetProbe.ReadAll(node, names.Keys),
        };
        foreach (var name in system.Variables.Keys.Where(names.ContainsKey))
            node.Error($"secrets.{name}", "is a variable too: templates could not tell them apart");
        if (system.RequiresPassedRunIn is not null && system.RequiresPassedRunIn == system.Name)
            node.Error("requires_passed_run_in", "must be another environment");
        return system;
    }

    private static IReadOnlyList<string> ReadUrls(DocumentNode node)
    {
        var urls = node.Texts("base_urls", 50);
        if (!node.Has("base_urls") || urls.Count == 0)
            node.Error("base_urls", "must have at least one URL");
        for (var i = 0; i < urls.Count; i++)
        {
            if (!Uri.TryCreate(urls[i], UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0
                || url.PathAndQuery != "/" || url.Fragment.Length > 0 || url.Host.Length == 0)
                node.Error($"base_urls[{i}]", "must be a scheme, a host and a port, such as https://shop.example:8443");
        }

        return urls;
    }

    private static Dictionary<string, string?> ReadSecrets(DocumentNode node)
    {
        var secrets = new Dictionary<string, string?>();
        if (node.Object("secrets") is not { } map)
            return secrets;
        // No message may quote a value.
        foreach (var name in map.Names.ToArray())
        {
            if (!IsSecretName(name))
                map.Error(name, "must be a name of up to 64 letters, digits and _, not beginning with a digit");
            secrets[name] = map.Has(name) ? map.Text(name, LongestValue) : null;
        }

        return secrets;
    }

    private static bool IsSecretName(string name) =>
        name.Length is > 0 and <= 64 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
