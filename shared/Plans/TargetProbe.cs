namespace Loadstone.Plans;

/// <summary>What is asked how the system under test stands.</summary>
public enum ProbeType
{
    /// <summary>A page of metrics as Prometheus or OpenMetrics define it.</summary>
    Prometheus,

    /// <summary>PostgreSQL's own statistics.</summary>
    Postgres,

    /// <summary>The answer of Redis to INFO.</summary>
    Redis,

    /// <summary>The lengths of some queues, by AMQP.</summary>
    Rabbitmq,
}

/// <summary>Where the system under test tells how it stands. Passwords are secrets of the environment, named here.</summary>
public sealed record TargetProbe
{
    /// <summary>What a page of metrics may be mapped to: what criteria, findings and the time series know.</summary>
    public static readonly IReadOnlyList<string> Metrics =
        ["cpu_usage", "memory_usage", "memory_used_percent", "database_connections", "queue_length", "cache_hit_ratio"];

    private const int MostQueues = 50;

    private static readonly Dictionary<ProbeType, string[]> Schemes = new()
    {
        [ProbeType.Prometheus] = ["http", "https"],
        [ProbeType.Postgres] = ["postgres", "postgresql"],
        [ProbeType.Redis] = ["redis", "rediss"],
        [ProbeType.Rabbitmq] = ["amqp", "amqps"],
    };

    /// <summary>What people call it; unique within its environment.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it asks.</summary>
    public ProbeType Type { get; init; }

    /// <summary>Where it is asked. Without a user or a password.</summary>
    public string Url { get; init; } = "";

    /// <summary>Who asks; null for nobody, or the usual user.</summary>
    public string? User { get; init; }

    /// <summary>The secret that holds the password; of a page of metrics without a user the bearer token. Null for none.</summary>
    public string? PasswordSecret { get; init; }

    /// <summary>How often it is asked, in seconds: 1 to 60.</summary>
    public int IntervalSeconds { get; init; } = 1;

    /// <summary>For a page of metrics: one of <see cref="Metrics"/>, and the <see cref="MetricExpression"/> that gives it. Null for what is known of usual exporters.</summary>
    public IReadOnlyDictionary<string, string>? MetricsMap { get; init; }

    /// <summary>For RabbitMQ: the queues whose lengths make <c>queue_length</c> together.</summary>
    public IReadOnlyList<string>? Queues { get; init; }

    /// <summary>The port of its URL, where it names none the usual one of its scheme.</summary>
    public static int PortOf(Uri url) => url.Port > 0 ? url.Port : url.Scheme switch
    {
        "postgres" or "postgresql" => 5432,
        "redis" or "rediss" => 6379,
        "amqp" => 5672,
        "amqps" => 5671,
        _ => 0,
    };

    /// <summary>Reads the probes of an environment, and notes what is wrong with each by its wire path.</summary>
    /// <param name="parent">The environment.</param>
    /// <param name="secrets">The names of its secrets.</param>
    public static IReadOnlyList<TargetProbe> ReadAll(DocumentNode parent, IReadOnlyCollection<string> secrets)
    {
        var probes = parent.List("probes", 20).Select(e => Read(new DocumentNode(e.Value, e.Path, parent.Errors), secrets)).ToList();
        if (probes.Select(p => p.Name).Distinct().Count() < probes.Count)
            parent.Error("probes", "must have names of their own");
        return probes;
    }

    private static TargetProbe Read(DocumentNode node, IReadOnlyCollection<string> secrets)
    {
        var probe = new TargetProbe
        {
            Name = node.RequiredText("name", 100),
            Type = ReadType(node),
            Url = node.RequiredText("url", 500),
            User = node.Text("user", 100),
            PasswordSecret = node.Text("password_secret", 64),
            IntervalSeconds = node.Whole("interval_seconds", 1, 60) ?? 1,
            MetricsMap = node.Has("metrics_map") ? node.Map("metrics_map").ToDictionary(m => m.Key, m => m.Map.Text(m.Key, MetricExpression.Longest) ?? "") : null,
            Queues = node.Has("queues") ? node.Texts("queues", MostQueues, 255) : null,
        };
        probe.CheckPlace(node, secrets);
        probe.CheckMap(node);
        probe.CheckQueues(node);
        node.RefuseUnknown();
        return probe;
    }

    private void CheckPlace(DocumentNode node, IReadOnlyCollection<string> secrets)
    {
        var schemes = Schemes[Type];
        if (Url.Length > 0 && (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || !schemes.Contains(url.Scheme) || url.UserInfo.Length > 0 || url.Host.Length == 0))
            node.Error("url", $"must be like {schemes[0]}://host:port, without a user or a password");
        if (PasswordSecret is not null && !secrets.Contains(PasswordSecret))
            node.Error("password_secret", "names no secret of this environment");
    }

    private void CheckMap(DocumentNode node)
    {
        if (MetricsMap is null)
            return;
        if (Type != ProbeType.Prometheus)
            node.Error("metrics_map", "belongs to a prometheus probe");
        foreach (var (metric, expression) in MetricsMap)
        {
            if (!Metrics.Contains(metric))
                node.Error($"metrics_map.{metric}", $"must be one of {string.Join(", ", Metrics)}");
            else if (expression.Length > 0 && !MetricExpression.TryParse(expression, out _, out var error))
                node.Error($"metrics_map.{metric}", error);
        }
    }

    private void CheckQueues(DocumentNode node)
    {
        if (Type == ProbeType.Rabbitmq && Queues is not { Count: > 0 })
            node.Error("queues", "must name the queues whose lengths are asked for");
        if (Type != ProbeType.Rabbitmq && Queues is not null)
            node.Error("queues", "belong to a rabbitmq probe");
    }

    private static ProbeType ReadType(DocumentNode node)
    {
        if (!node.Has("type"))
            node.Error("type", "is missing");
        return node.OneOf<ProbeType>("type") ?? ProbeType.Prometheus;
    }
}
