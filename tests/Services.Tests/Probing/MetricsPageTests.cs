using Loadstone.Plans;
using Loadstone.Worker.Probes;

namespace Loadstone.Services.Tests.Probing;

/// <summary>Pages of metrics as exporters write them, and what is made of two of them.</summary>
public sealed class MetricsPageTests
{
    private const string Node =
        """
        # HELP node_cpu_seconds_total Seconds the CPUs spent in each mode.
        # TYPE node_cpu_seconds_total counter
        node_cpu_seconds_total{cpu="0",mode="idle"} IDLE
        node_cpu_seconds_total{cpu="0",mode="user"} USER
        node_cpu_seconds_total{cpu="0",mode="iowait"} 0
        # TYPE node_memory_MemTotal_bytes gauge
        node_memory_MemTotal_bytes 8e+09
        node_memory_MemAvailable_bytes 2e+09 1700000000000
        """;

    [Fact]
    public void Values_labels_times_and_exemplars_are_read_and_what_is_no_number_is_left_out()
    {
        var page = Page("""
            a 1
            a{x="1"} 2 1700000000000
            a{x="with \"quotes\", \\ and } in it",y="2",} 4 # {trace="z"} 0.5
            a{x="2"} NaN
            a{x="3"} +Inf
            a{x="broken 8
            a{x=3} 8
            a
            other 100
            # EOF
            """, "a");

        Assert.Equal(7, Sum(page, "a"));
        Assert.Equal(4, Sum(page, """a{x="with \"quotes\", \\ and } in it"}"""));
        Assert.Null(Sum(page, """a{x="2"}"""));
        Assert.Null(Sum(page, "other"));
    }

    [Theory]
    [InlineData("# TYPE c counter", "c", true)]
    [InlineData("# TYPE c counter", "c_total", true)]
    [InlineData("# TYPE c_total counter", "c_total", true)]
    [InlineData("# TYPE c gauge", "c", false)]
    [InlineData("# TYPE c_total gauge", "c_total", false)]
    [InlineData("# TYPE h histogram", "h_bucket", true)]
    [InlineData("# TYPE h summary", "h", false)]
    [InlineData("", "c_total", true)]
    [InlineData("# TYPE c untyped", "c", false)]
    public void A_counter_is_known_by_its_type_or_by_its_name(string types, string name, bool isCounter) => Assert.Equal(isCounter, Page(types, name).IsCounter(name));

    [Fact]
    public async Task Of_a_long_page_only_what_is_asked_for_is_kept()
    {
        using var text = new StringReader(string.Concat(Enumerable.Range(0, 1000).Select(i => $"other_{i} 1\n")) + "a 5\n");
        var page = await MetricsPage.ReadAsync(text, new HashSet<string> { "a" }, CancellationToken.None);
        Assert.Equal((5, true), (Sum(page, "a"), page.HasSamples));
    }

    [Fact]
    public async Task Counters_become_what_they_grew_by_a_second_and_gauges_stay_what_they_are()
    {
        await using var probe = Probe();
        var (first, second) = (NodePage(idle: 100, user: 50), NodePage(idle: 101, user: 53));

        var atFirst = probe.Answer(first, null);
        Assert.Equal(["memory_usage", "memory_used_percent"], atFirst.Metrics.Keys.Order());
        Assert.Equal((6e9, 75), (atFirst.Metrics["memory_usage"], atFirst.Metrics["memory_used_percent"]));
        Assert.Equal(75, probe.Answer(second, (first, TimeSpan.FromSeconds(2))).Metrics["cpu_usage"]);
    }

    [Fact]
    public async Task A_counter_that_fell_was_begun_anew_and_says_nothing_until_the_next_time()
    {
        await using var probe = Probe(("cpu_usage", """node_cpu_seconds_total{mode="user"}"""));
        Assert.Empty(probe.Answer(NodePage(1, 2), (NodePage(1, 50), TimeSpan.FromSeconds(1))).Metrics);
        Assert.Equal(1.5, probe.Answer(NodePage(1, 5), (NodePage(1, 2), TimeSpan.FromSeconds(2))).Metrics["cpu_usage"]);
    }

    [Fact]
    public async Task What_is_mapped_and_not_on_the_page_is_missed_by_its_name_beside_what_is_there()
    {
        await using var probe = Probe(("queue_length", "jobs_waiting"), ("memory_usage", "node_memory_MemTotal_bytes"));
        var answer = probe.Answer(NodePage(1, 1), null);

        Assert.Equal(8e9, answer.Metrics["memory_usage"]);
        Assert.Equal("its page has no series for queue_length", answer.Missing);
    }

    [Fact]
    public async Task A_page_of_no_exporter_that_is_known_has_to_be_mapped()
    {
        await using var probe = Probe();
        Assert.Contains("metrics_map", probe.Answer(Page("something 1", "something"), null).Missing, StringComparison.Ordinal);
    }

    private static double? Sum(MetricsPage page, string selector) => page.Sum(MetricExpression.Parse(selector).Series[0]);

    private static MetricsPage Page(string text, params string[] names) => MetricsPage.Read(text, names.ToHashSet());

    private static MetricsPage NodePage(double idle, double user) => MetricsPage.Read(
        Node.Replace("IDLE", FormattableString.Invariant($"{idle}"), StringComparison.Ordinal).Replace("USER", FormattableString.Invariant($"{user}"), StringComparison.Ordinal),
        PrometheusProbe.KnownOfExporters.SelectMany(k => k.Value.Series).Select(s => s.Name).ToHashSet());

    private static PrometheusProbe Probe(params (string Metric, string Expression)[] map)
    {
        var target = new TargetProbe { Url = "http://127.0.0.1:1/metrics", MetricsMap = map.Length == 0 ? null : map.ToDictionary(m => m.Metric, m => m.Expression) };
        return (PrometheusProbe)target.Open(null, TargetPolicy.Unlimited, TimeSpan.FromSeconds(1));
    }
}
