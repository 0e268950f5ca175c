using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Worker.Probes;

/// <summary>Reads a page of metrics and makes of its series what was asked for.</summary>
internal sealed class PrometheusProbe : IProbe
{
    private const int LargestPage = 4 * 1024 * 1024;
    private const string Formats = "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    // What usual exporters tell under their own names: the first that is on the page is taken. CPU and hit ratios are %, memory is bytes.
    internal static readonly IReadOnlyList<KeyValuePair<string, MetricExpression>> KnownOfExporters =
    [
        // node_exporter
        Known("cpu_usage", """100 * (1 - node_cpu_seconds_total{mode=~"idle|iowait"} / node_cpu_seconds_total)"""),
        Known("memory_usage", "node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes"),
        Known("memory_used_percent", "100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)"),
        // postgres_exporter, mysqld_exporter
        Known("database_connections", "pg_stat_activity_count"),
        Known("database_connections", "mysql_global_status_threads_connected"),
        Known("cache_hit_ratio", "100 * pg_stat_database_blks_hit / (pg_stat_database_blks_hit + pg_stat_database_blks_read)"),
        // redis_exporter, memcached_exporter
        Known("cache_hit_ratio", "100 * redis_keyspace_hits_total / (redis_keyspace_hits_total + redis_keyspace_misses_total)"),
        Known("cache_hit_ratio", """100 * memcached_commands_total{command="get",status="hit"} / memcached_commands_total{command="get"}"""),
        // RabbitMQ's own page, kafka_exporter
        Known("queue_length", "rabbitmq_queue_messages"),
        Known("queue_length", "kafka_consumergroup_lag"),
    ];

    private readonly IReadOnlyList<KeyValuePair<string, MetricExpression>> _wanted;
    private readonly bool _isMapped;
    private readonly HashSet<string> _names;
    private readonly HttpClient _http;
    private readonly Uri _url;
    private (MetricsPage Page, long At)? _before;

    public PrometheusProbe(TargetProbe target, string? password, JudgedHost host, TimeSpan patience)
    {
        _isMapped = target.MetricsMap is { Count: > 0 };
        _wanted = _isMapped ? [.. target.MetricsMap!.Select(m => Known(m.Key, m.Value))] : KnownOfExporters;
        _names = [.. _wanted.SelectMany(w => w.Value.Series).Select(s => s.Name)];
        (_http, _url) = (host.Client(patience), new Uri(target.Url));
        _http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", Formats);
        if (password is not null)
            _http.DefaultRequestHeaders.Authorization = AuthorizationOf(target.User, password);
    }

    public string? ConnectionKind => null;

    public async Task<ProbeAnswer> AskAsync(CancellationToken cancellation)
    {
        var page = await ReadAsync(cancellation);
        var at = Stopwatch.GetTimestamp();
        var answer = Answer(page, _before is { } before ? (before.Page, Stopwatch.GetElapsedTime(before.At, at)) : null);
        _before = (page, at);
        return answer;
    }

    /// <summary>What a page says, together with an earlier one so long before.</summary>
    internal ProbeAnswer Answer(MetricsPage page, (MetricsPage Page, TimeSpan Ago)? before)
    {
        var metrics = new Dictionary<string, double>();
        foreach (var (metric, expression) in _wanted)
        {
            if (!metrics.ContainsKey(metric) && expression.Evaluate(selector => ValueOf(selector, page, before)) is { } value)
                metrics[metric] = value;
        }

        return new ProbeAnswer(metrics, MissingOn(page));
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<MetricsPage> ReadAsync(CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync(_url, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (answer.StatusCode != HttpStatusCode.OK)
            throw new ProbeFailedException($"it answered with {(int)answer.StatusCode}");
        await BufferAsync(answer.Content, cancellation);
        using var text = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation), Encoding.UTF8);
        var page = await MetricsPage.ReadAsync(text, _names, cancellation);
        return page.HasSamples ? page : throw new ProbeFailedException("what it answered is no page of metrics");
    }

    private static async Task BufferAsync(HttpContent content, CancellationToken cancellation)
    {
        try
        {
            await content.LoadIntoBufferAsync(LargestPage, cancellation);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new ProbeFailedException($"its page is larger than {LargestPage / 1024 / 1024} MB");
        }
    }

    // A counter that fell was begun anew.
    private static double? ValueOf(SeriesSelector selector, MetricsPage page, (MetricsPage Page, TimeSpan Ago)? before)
    {
        var now = page.Sum(selector);
        if (now is null || !page.IsCounter(selector.Name))
            return now;
        return before is { } earlier && earlier.Page.Sum(selector) is { } then && now >= then ? (now - then) / earlier.Ago.TotalSeconds : null;
    }

    private string? MissingOn(MetricsPage page)
    {
        var missing = _wanted.Where(w => !IsThere(w.Value, page)).Select(w => w.Key).Distinct().ToList();
        if (_isMapped)
            return missing.Count == 0 ? null : $"its page has no series for {string.Join(", ", missing)}";
        return _wanted.Any(w => IsThere(w.Value, page)) ? null : "its page has none of the series that are known of exporters: name yours in metrics_map";
    }

    private static bool IsThere(MetricExpression expression, MetricsPage page) => expression.Series.All(s => page.Sum(s) is not null);

    private static KeyValuePair<string, MetricExpression> Known(string metric, string expression) => KeyValuePair.Create(metric, MetricExpression.Parse(expression));

    private static AuthenticationHeaderValue AuthorizationOf(string? user, string password) => user is null
        ? new AuthenticationHeaderValue("Bearer", password)
        : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
}
