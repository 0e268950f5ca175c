using System.Globalization;
using System.Text.Json.Nodes;

namespace Loadstone.Plans.K6;

/// <summary>What k6 is to do, and what must hold: the pattern as one scenario of k6, the criteria as thresholds. What k6 cannot say is noted.</summary>
internal sealed class K6Options(TestPlan plan, IReadOnlyDictionary<string, (string Tag, K6Source Source)> operations, List<string> notes)
{
    // k6 counts arrivals in whole numbers; in a longer unit of time they are.
    private const int Finer = 1000;

    public JsonObject Write()
    {
        var http = plan.ScenarioConfig.Http ?? new HttpSettings();
        Note(http.Version != HttpProtocol.Http11, "k6 takes the version of HTTP that the target offers, and has no HTTP/3");
        Note(http.Connections == ConnectionUse.Shared, "k6 has connections for each user, not shared ones");
        Note(http.Proxy is not null, $"set HTTP_PROXY and HTTPS_PROXY to go through {http.Proxy}");
        return new JsonObject
        {
            ["scenarios"] = new JsonObject { ["load"] = Load() },
            ["thresholds"] = Thresholds(),
            ["noCookiesReset"] = true,
            ["insecureSkipTLSVerify"] = !http.VerifyTls,
            ["userAgent"] = "Loadstone",
        };
    }

    private JsonObject Load() => plan.Shape switch
    {
        { Unit: LoadUnit.ArrivalsPerSecond } shape => Arrivals(shape),
        { SharedIterations: { } all } => new JsonObject { ["executor"] = "shared-iterations", ["vus"] = plan.MaxVirtualUsers, ["iterations"] = all, ["maxDuration"] = Ms(plan.Duration) },
        { IterationsPerUser: { } each } => new JsonObject { ["executor"] = "per-vu-iterations", ["vus"] = plan.MaxVirtualUsers, ["iterations"] = each, ["maxDuration"] = Ms(plan.Duration) },
        { Stages: [{ Target: var level }], Start: var start } shape when level.Equals(start) =>
            new JsonObject { ["executor"] = "constant-vus", ["vus"] = Users(level), ["duration"] = Ms(shape.Duration) },
        var shape => new JsonObject { ["executor"] = "ramping-vus", ["startVUs"] = Users(shape.Start), ["stages"] = Stages(shape, Users), ["gracefulRampDown"] = "30s" },
    };

    private JsonObject Arrivals(LoadShape shape)
    {
        Note(plan.LoadPattern is CapacitySearch, "k6 does not search for a rate: it makes the first one for the whole duration");
        Note(shape.Poisson, "k6 makes arrivals at even distances, not at random");
        Note(true, $"an arrival that finds no free user is dropped by k6 at once, by Loadstone after {DurationText.Format(plan.MaxStartDelay)}");
        var isWhole = shape.Stages.Select(s => s.Target).Append(shape.Start).All(double.IsInteger);
        var (unit, factor) = isWhole ? ("1s", 1) : ($"{Finer}s", Finer);
        var load = shape.Stages is [{ Target: var level }] && level.Equals(shape.Start)
            ? new JsonObject { ["executor"] = "constant-arrival-rate", ["rate"] = Rate(level), ["duration"] = Ms(shape.Duration) }
            : new JsonObject { ["executor"] = "ramping-arrival-rate", ["startRate"] = Rate(shape.Start), ["stages"] = Stages(shape, Rate) };
        load["timeUnit"] = unit;
        load["preAllocatedVUs"] = plan.MaxVirtualUsers;
        load["maxVUs"] = plan.MaxVirtualUsers;
        return load;

        long Rate(double perSecond) => (long)Math.Round(perSecond * factor);
    }

    private static JsonArray Stages(LoadShape shape, Func<double, long> target) =>
        [.. shape.Stages.Select(s => new JsonObject { ["duration"] = Ms(s.Duration), ["target"] = target(s.Target) })];

    private static long Users(double level) => (long)Math.Round(level);

    private static string Ms(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms");

    private JsonObject Thresholds()
    {
        var thresholds = new JsonObject();
        foreach (var criterion in plan.SuccessCriteria.All())
        {
            if (MetricOf(criterion) is var (metric, measure, limit))
                Add(thresholds, metric, $"{measure} {SignOf(criterion)} {K6Values.Number(limit)}");
            else
                Note(true, $"k6 has no threshold for {criterion.Title}");
        }

        AddStops(thresholds, plan.StopConditions);
        return thresholds;
    }

    private void AddStops(JsonObject thresholds, StopConditions? stop)
    {
        if (stop is null)
            return;
        var delay = DurationText.Format(stop.For);
        if (stop.MaxErrorRate is { } errors)
            Add(thresholds, "http_req_failed", Aborting($"rate <= {K6Values.Number(errors / 100)}", delay));
        if (stop.MaxP99ResponseTime is { } slow)
            Add(thresholds, "http_req_duration", Aborting($"p(99) <= {K6Values.Number(slow)}", delay));
        Note(stop.MaxErrorRate is not null || stop.MaxP99ResponseTime is not null, "what stops the run early is held by k6 against the whole run so far, not against the last seconds");
        Note(stop.MaxErrors is not null, $"k6 does not stop after {stop.MaxErrors} errors");
        Note(stop.MaxDuration is not null, "the longest duration of the stop conditions is left out");
    }

    private static JsonObject Aborting(string threshold, string delay) => new() { ["threshold"] = threshold, ["abortOnFail"] = true, ["delayAbortEval"] = delay };

    private static void Add(JsonObject thresholds, string metric, JsonNode threshold)
    {
        if (thresholds[metric] is not JsonArray all)
            thresholds[metric] = all = [];
        all.Add(threshold);
    }

    // The metric with its tag, what is measured of it, and the limit in its unit; null when k6 has none.
    private (string Metric, string Measure, double Limit)? MetricOf(Criterion criterion)
    {
        if (criterion.IsOfSomeSeconds)
            return null;
        var source = K6Source.Http;
        var tag = "";
        if (criterion.Operation is { } name)
        {
            if (!operations.TryGetValue(name, out var operation))
                return null;
            (source, tag) = (operation.Source, $"{{op:{operation.Tag}}}");
        }

        return criterion.Metric switch
        {
            "avg_response_time" => (TimesOf(source) + tag, "avg", criterion.Limit),
            "min_response_time" => (TimesOf(source) + tag, "min", criterion.Limit),
            "max_response_time" => (TimesOf(source) + tag, "max", criterion.Limit),
            "error_rate" when FailuresOf(source) is { } failures => (failures + tag, "rate", criterion.Limit / 100),
            "check_failure_rate" => ("checks" + tag, "rate", 1 - (criterion.Limit / 100)),
            "check_pass_rate" => ("checks" + tag, "rate", criterion.Limit / 100),
            "throughput_rps" when source == K6Source.Http => ("http_reqs" + tag, "rate", criterion.Limit),
            "requests_per_minute" when source == K6Source.Http => ("http_reqs" + tag, "rate", criterion.Limit / 60),
            "total_requests" when source == K6Source.Http => ("http_reqs" + tag, "count", criterion.Limit),
            "dropped_iterations" when tag.Length == 0 => ("dropped_iterations", "count", criterion.Limit),
            ['p', .. var percentile] when percentile.EndsWith("_response_time", StringComparison.Ordinal) => (TimesOf(source) + tag, $"p({percentile.Split('_')[0]})", criterion.Limit),
            _ => null,
        };
    }

    private static string TimesOf(K6Source source) => source switch
    {
        K6Source.Group => "group_response_time",
        K6Source.Reply => "ws_reply_time",
        K6Source.Socket => "ws_connecting",
        _ => "http_req_duration",
    };

    private static string? FailuresOf(K6Source source) => source switch
    {
        K6Source.Group => "group_failed",
        K6Source.Reply => "ws_reply_failed",
        K6Source.Http => "http_req_failed",
        _ => null,
    };

    // A highest share of failures is a lowest share of passes.
    private static string SignOf(Criterion criterion) => (criterion.Metric == "check_failure_rate" ? Turned(criterion.Comparison) : criterion.Comparison) switch
    {
        Comparison.AtMost => "<=",
        Comparison.Below => "<",
        Comparison.AtLeast => ">=",
        Comparison.Above => ">",
        _ => "==",
    };

    private static Comparison Turned(Comparison comparison) => comparison switch
    {
        Comparison.AtMost => Comparison.AtLeast,
        Comparison.Below => Comparison.Above,
        Comparison.AtLeast => Comparison.AtMost,
        Comparison.Above => Comparison.Below,
        _ => comparison,
    };

    private void Note(bool isSo, string sentence)
    {
        if (isSo && !notes.Contains(sentence))
            notes.Add(sentence);
    }
}
