using System.Globalization;
using System.Text.RegularExpressions;

namespace Loadstone.Plans;

/// <summary>
/// Success criteria in one line, in the style of k6 thresholds. The grammar:
/// <code>
/// criterion  = condition [ "while" condition ]
/// condition  = [ subject ":" ] measure [ "of" "'" operation "'" ] [ "in" "'" phase "'" ] comparison number
/// subject    = "http_req_duration" | "http_req_failed" | "errors" | "checks" | "http_reqs" | "dropped_iterations"
/// measure    = "p(" number ")" | "avg" | "min" | "max" | "med" | "rate" | "count" | metric
///            | [ "avg" | "min" | "max" ] ( resource | "metric" "'" name "'" )
/// metric     = a metric's own name, such as "error_rate", "requests_per_second" or "recovery_time" (no subject then)
/// resource   = "cpu_usage" | "memory_usage" | "database_connections" | "queue_length" | "cache_hit_ratio"
/// comparison = "&lt;" | "&lt;=" | "&gt;" | "&gt;=" | "=="
/// </code>
/// Times are ms, but <c>recovery_time</c>, which is seconds. A <c>rate</c> is a fraction, as in k6, but that of <c>http_reqs</c>, which
/// is requests per second; without a subject it is that of failed requests. The subject of a percentile, avg, min, max or med is always
/// the response time. Resources are those of the target, and <c>metric 'name'</c> is anything else that was measured beside the load; without
/// a word before them their mean is meant. How the load generators fare is <c>generator_cpu_usage</c> in %, <c>generator_memory_usage</c> in
/// bytes, <c>generator_gc_pause</c> and <c>generator_lag</c> (its 99th percentile) in ms. <c>in 'phase'</c> takes the seconds of that phase alone, <c>while</c> those in which its condition
/// holds; where no second is left, the criterion does not hold. The condition after <c>while</c> takes no phase.
/// </summary>
public static partial class CriterionExpression
{
    private static readonly string[] PlainMetrics =
    [
        "avg_response_time", "min_response_time", "max_response_time", "error_rate", "check_failure_rate", "check_pass_rate",
        "throughput_rps", "requests_per_minute", "total_requests", "failed_requests", "dropped_iterations", "virtual_users", Criterion.RecoveryTime,
        "generator_cpu_usage", "generator_memory_usage", "generator_gc_pause", "generator_lag",
    ];

    private static readonly string[] Resources = ["cpu_usage", "memory_usage", "database_connections", "queue_length", "cache_hit_ratio"];

    /// <summary>Reads an expression; on failure <paramref name="error"/> is one sentence.</summary>
    public static bool TryParse(string text, out Criterion criterion, out string error)
    {
        var (main, condition) = Split(text);
        if (!TryParseOne(main, out criterion, out error))
            return false;
        criterion = criterion with { Expression = text.Trim() };
        if (condition is null)
            return true;
        if (!TryParseOne(condition, out var held, out error))
            error = $"{error} after while";
        else if (held is { Phase: not null } or { Metric: Criterion.RecoveryTime })
            error = "has after while what no single second has";
        else
            criterion = criterion with { While = held };
        return error.Length == 0;
    }

    /// <summary>The two sides of the word <c>while</c>; the second is null without it.</summary>
    internal static (string Main, string? While) Split(string text)
    {
        var parts = Whiles().Split(text.Trim(), 2);
        return (parts[0], parts.Length > 1 ? parts[1] : null);
    }

    private static bool TryParseOne(string text, out Criterion criterion, out string error)
    {
        criterion = null!;
        error = "is not an expression such as p(95) < 500 or errors: rate < 0.01";
        var match = Form().Match(text);
        if (!match.Success || !double.TryParse(match.Groups["limit"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var limit))
            return false;
        var (subject, measure) = (match.Groups["subject"].Value, match.Groups["measure"].Value);
        if ((match.Groups["custom"] is { Success: true } custom ? Custom(subject, match.Groups["of"].Value, custom.Value) : Metric(subject, measure)) is not var (metric, scale))
        {
            error = subject.Length == 0 ? $"has the unknown measure {measure}" : $"cannot measure {measure} of {subject}";
            return false;
        }

        error = "";
        criterion = new Criterion(metric, Given("operation"), Compare(match.Groups["sign"].Value), limit * scale, text, Given("phase"));
        return true;

        string? Given(string name) => match.Groups[name] is { Success: true } group ? group.Value : null;
    }

    private static (string Metric, double Scale)? Custom(string subject, string aggregate, string name)
    {
        var isQuoted = name.StartsWith("metric", StringComparison.Ordinal);
        var metric = isQuoted ? name[(name.IndexOf('\'', StringComparison.Ordinal) + 1)..^1] : name;
        return subject.Length == 0 && (isQuoted || Resources.Contains(metric)) ? ($"custom.{(aggregate.Length == 0 ? "avg" : aggregate)}.{metric}", 1) : null;
    }

    // The metric an expression means, and what its numbers are multiplied by (fractions become %).
    private static (string Metric, double Scale)? Metric(string subject, string measure) => (subject, measure) switch
    {
        ("" or "http_req_failed" or "errors", "rate") => ("error_rate", 100),
        ("checks", "rate") => ("check_pass_rate", 100),
        ("http_reqs", "rate") or ("", "requests_per_second") => ("throughput_rps", 1),
        ("http_reqs" or "", "count") => ("total_requests", 1),
        ("http_req_failed" or "errors", "count") => ("failed_requests", 1),
        ("dropped_iterations", "count") => ("dropped_iterations", 1),
        ("" or "http_req_duration", "avg" or "min" or "max") => ($"{measure}_response_time", 1),
        ("" or "http_req_duration", "med") => ("p50_response_time", 1),
        ("" or "http_req_duration", _) when Percentile().Match(measure) is { Success: true } p && IsPercentage(p.Groups[1].Value) =>
            ($"p{p.Groups[1].Value}_response_time", 1),
        ("", _) when PlainMetrics.Contains(measure) || PlainPercentile().IsMatch(measure) => (measure, 1),
        _ => null,
    };

    private static bool IsPercentage(string number) =>
        double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var p) && p <= 100;

    private static Comparison Compare(string sign) => sign switch
    {
        "<" => Comparison.Below,
        "<=" => Comparison.AtMost,
        ">" => Comparison.Above,
        ">=" => Comparison.AtLeast,
        _ => Comparison.Exactly,
    };

    [GeneratedRegex(
        """
        ^((?<subject>\w+)\s*:\s*)?
        (((?<of>avg|min|max)\s+)?(?<custom>metric\s+'[^']{1,100}'|cpu_usage|memory_usage|database_connections|queue_length|cache_hit_ratio)|(?<measure>[\w.]+(\([\d.]+\))?))
        (\s+of\s+'(?<operation>[^']{1,200})')?
        (\s+in\s+'(?<phase>[^']{1,200})')?
        \s*(?<sign><=|>=|==|<|>)\s*(?<limit>-?\d+(\.\d+)?)$
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    // The word stands after a number, so none in quotes is taken for it.
    [GeneratedRegex(@"(?<=\d)\s+while\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Whiles();

    [GeneratedRegex(@"^p\((\d{1,3}(?:\.\d+)?)\)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Percentile();

    [GeneratedRegex(@"^p\d{1,2}(\.\d+)?_response_time$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainPercentile();
}
