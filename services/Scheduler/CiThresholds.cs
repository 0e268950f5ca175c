using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Plans;

namespace Loadstone.Scheduler;

/// <summary>
/// What a CI run is judged by. Thresholds in the form of k6 become success criteria; times and error rate that nobody named
/// take the platform's thresholds for CI runs. A lowest throughput is only asked of a run without any criterion of its own:
/// how much a run can reach depends on the load it asks for.
/// </summary>
internal static class CiThresholds
{
    private const double UsualThroughput = 50;

    private static readonly (string Member, double Limit)[] Usual =
        [("max_avg_response_time", 1500), ("max_p95_response_time", 3000), ("max_error_rate", 1)];

    private static readonly Dictionary<(string Metric, bool IsMost), string> Members = new()
    {
        [("avg_response_time", true)] = "max_avg_response_time",
        [("p95_response_time", true)] = "max_p95_response_time",
        [("p99_response_time", true)] = "max_p99_response_time",
        [("error_rate", true)] = "max_error_rate",
        [("throughput_rps", false)] = "min_throughput",
    };

    /// <summary>The criteria with the thresholds taken in and the usual ones added; what is wrong is noted under <c>thresholds</c>.</summary>
    public static JsonObject Complete(JsonObject? criteria, JsonNode? thresholds, DocumentErrors errors)
    {
        var all = criteria ?? [];
        var nothingNamed = all.Count == 0;
        if (thresholds is not null)
        {
            foreach (var (path, text) in Texts(thresholds, errors))
            {
                nothingNamed = false;
                Take(all, path, text, errors);
            }
        }

        foreach (var (member, limit) in Usual)
            all[member] ??= limit;
        if (nothingNamed)
            all["min_throughput"] ??= UsualThroughput;
        return all;
    }

    private static IEnumerable<(string Path, string Text)> Texts(JsonNode thresholds, DocumentErrors errors)
    {
        var node = new DocumentNode(thresholds, "thresholds", errors);
        foreach (var metric in node.Names.ToArray())
        {
            if (node.Raw(metric) is JsonValue one && one.GetValueKind() == JsonValueKind.String)
                yield return (node.At(metric), $"{metric}: {one.GetValue<string>()}");
            else
            {
                var texts = node.Texts(metric, 20, 200);
                for (var i = 0; i < texts.Count; i++)
                    yield return ($"{node.At(metric)}[{i}]", $"{metric}: {texts[i]}");
            }
        }
    }

    private static void Take(JsonObject all, string path, string text, DocumentErrors errors)
    {
        if (!CriterionExpression.TryParse(text, out var criterion, out var error))
            errors.Add(path, error);
        else if (criterion.Operation is null && criterion.Comparison != Comparison.Exactly
            && Members.TryGetValue((criterion.Metric, criterion.Comparison is Comparison.AtMost or Comparison.Below), out var member) && !all.ContainsKey(member))
        {
            all[member] = criterion.Limit;
        }
        else
        {
            if (all["expressions"] is not JsonArray expressions)
                all["expressions"] = expressions = [];
            expressions.Add(text);
        }
    }
}
