using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Loadstone.Local;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>What Prometheus reads of each service, and the dashboards that are made for it (requirements R15.6).</summary>
[Collection(nameof(RunningPlatform))]
public sealed partial class MetricsPageTests(RunningPlatform running)
{
    private static readonly string[] Services = ["configuration", "scheduler", "worker", "ingestion", "alerting", "analysis"];

    [Fact]
    public async Task Every_query_of_the_dashboards_finds_its_metrics_in_the_services_pages()
    {
        var id = (await running.ExecuteAsync(RunningPlatform.Plan(""" "duration": "60s" """))).Id;
        await running.UntilAsync(id, s => s.CurrentMetrics is not null);
        var pages = string.Concat(await Task.WhenAll(Services.Select(PageOfAsync)));
        await running.Api.StopAsync(id, CancellationToken.None);
        await running.EndOfAsync(id);
        pages += await PageOfAsync("scheduler");
        pages += await running.Gateway.GetStringAsync("/api/metrics");

        var there = Line().Matches(pages).Select(m => m.Groups["name"].Value).ToHashSet();
        var asked = Directory.GetFiles(Path.Combine(StateFolder.FindClone(), "deploy", "observability", "grafana"), "*.json")
            .SelectMany(file => JsonNode.Parse(File.ReadAllText(file))!["panels"]!.AsArray().SelectMany(p => p!["targets"]!.AsArray()))
            .SelectMany(t => Asked().Matches(t!["expr"]!.ToString()).Select(m => m.Value)).ToHashSet();
        Assert.True(asked.Count > 15);
        Assert.Empty(asked.Except(there));
        Assert.DoesNotContain("Password=", pages, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Host=", pages, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("pool_name=\"loadstone scheduler\"", pages);
        Assert.Contains($"loadstone_run_requests{{execution=\"{id}\"}}", pages);
    }

    [Fact]
    public async Task A_page_is_in_the_format_of_Prometheus_and_the_gateways_is_for_those_who_may_read()
    {
        using var direct = new HttpClient { BaseAddress = running.Platform.UrlOf("worker") };
        var answer = await direct.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.All((await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(WellFormed(), line));

        using var nobody = running.Caller(null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/api/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await running.Gateway.GetAsync("/metrics")).StatusCode);
    }

    private async Task<string> PageOfAsync(string service)
    {
        using var direct = new HttpClient { BaseAddress = running.Platform.UrlOf(service) };
        return await direct.GetStringAsync("/metrics");
    }

    [GeneratedRegex("""^(?<name>[a-z_0-9]+)(\{| )""", RegexOptions.Multiline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Line();

    [GeneratedRegex("""\b(loadstone|dotnet|http_server)_[a-z_0-9]+""", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Asked();

    [GeneratedRegex("""^(# (HELP|TYPE) [a-z_0-9]+ .*|[a-z_0-9]+(\{([a-zA-Z_0-9]+="([^"\\]|\\.)*",?)*\})? (-?[0-9.]+([eE][-+]?[0-9]+)?|NaN|[-+]?Inf(inity)?))$""", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex WellFormed();
}
