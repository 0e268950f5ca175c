using Loadstone.Plans;

namespace Loadstone.Configuration.Environments;

public enum ProbeType
{
    Prometheus,
    Postgres,
    Redis,
    Rabbitmq,
}

/// <summary>Where the system under test tells how it stands. Passwords are secrets of the environment, named here.</summary>
public sealed record TargetProbe
{
    private static readonly string[] Metrics = ["cpu_usage", "memory_usage", "database_connections", "queue_length", "cache_hit_ratio"];

    private static readonly Dictionary<ProbeType, string[]> Schemes = new()
    {
        [ProbeType.Prometheus] = ["http", "https"],
        [ProbeType.Postgres] = ["postgres"],
        [ProbeType.Redis] = ["redis", "rediss"],
        [ProbeType.Rabbitmq] = ["http", "https"],
    };

    public string Name { get; init; } = "";

    public ProbeType Type { get; init; }

    /// <summary>Where it is asked. Without a user or a password.</summary>
    public string Url { get; init; } = "";

    public string? User { get; init; }

    /// <summary>The secret that holds the password.</summary>
    public string? PasswordSecret { get; init; }

    public int IntervalSeconds { get; init; } = 1;

    /// <summary>For a Prometheus page: the platform's metric, and the expression that gives it.</summary>
    public IReadOnlyDictionary<string, string>? MetricsMap { get; init; }

    public static IReadOnlyList<TargetProbe> ReadAll(DocumentNode parent, IReadOnlyDictionary<string, string?> secrets)
    {
        var probes = parent.List("probes", 20).Select(e => Read(new DocumentNode(e.Value, e.Path, parent.Errors), secrets)).ToList();
        if (probes.Select(p => p.Name).Distinct().Count() < probes.Count)
            parent.Error("probes", "must have names of their own");
        return probes;
    }

    private static TargetProbe Read(DocumentNode node, IReadOnlyDictionary<string, string?> secrets)
    {
        var probe = new TargetProbe
        {
            Name = node.RequiredText("name", 100),
            Type = ReadType(node),
            Url = node.RequiredText("url", 500),
            User = node.Text("user", 100),
            PasswordSecret = node.Text("password_secret", 64),
            IntervalSeconds = node.Whole("interval_seconds", 1, 60) ?? 1,
            MetricsMap = node.Has("metrics_map") ? node.Map("metrics_map").ToDictionary(m => m.Key, m => m.Map.Text(m.Key, 500) ?? "") : null,
        };
        probe.Check(node, secrets);
        node.RefuseUnknown();
        return probe;
    }

    private void Check(DocumentNode node, IReadOnlyDictionary<string, string?> secrets)
    {
        var schemes = Schemes[Type];
        if (Url.Length > 0 && (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || !schemes.Contains(url.Scheme) || url.UserInfo.Length > 0 || url.Host.Length == 0))
            node.Error("url", $"must be like {schemes[0]}://host:port, without a user or a password");
        if (PasswordSecret is not null && !secrets.ContainsKey(PasswordSecret))
            node.Error("password_secret", "names no secret of this environment");
        if (MetricsMap is not null && Type != ProbeType.Prometheus)
            node.Error("metrics_map", "belongs to a prometheus probe");
        foreach (var metric in (MetricsMap ?? new Dictionary<string, string>()).Keys.Where(m => !Metrics.Contains(m)))
            node.Error($"metrics_map.{metric}", $"must be one of {string.Join(", ", Metrics)}");
    }

    private static ProbeType ReadType(DocumentNode node)
    {
        if (!node.Has("type"))
            node.Error("type", "is missing");
        return node.OneOf<ProbeType>("type") ?? ProbeType.Prometheus;
    }
}
