using System.Globalization;
using System.Text.RegularExpressions;

namespace Loadstone.Plans;

/// <summary>
/// Success criteria in one line, in the style of k6 thresholds. The grammar:
/// <code>
/// expression = [ subject ":" ] measure [ "of" "'" operation "'" ] comparison number
/// subject    = "http_req_duration" | "http_req_failed" | "errors" | "checks" | "http_reqs" | "dropped_iterations"
/// measure    = "p(" number ")" | "avg" | "min" | "max" | "med" | "rate" | "count" | metric
/// metric     = a metric's own name, such as "error_rate" or "throughput_rps" (no subject then)
/// comparison = "&lt;" | "&lt;=" | "&gt;" | "&gt;=" | "=="
/// </code>
/// Times are ms. A <c>rate</c> is a fraction, as in k6, but that of <c>http_reqs</c>, which is requests per second; without a
/// subject it is that of failed requests. The subject of a percentile, avg, min, max or med is always the response time.
/// </summary>
public static partial class CriterionExpression
{
    private static readonly string[] PlainMetrics =
    [
        "avg_response_time", "min_response_time", "max_response_time", "error_rate", "check_failure_rate", "check_pass_rate",
        "throughput_rps", "requests_per_minute", "total_requests", "failed_requests", "dropped_iterations",
    ];

    /// <summary>Reads an expression; on failure <paramref name="error"/> is one sentence.</summary>
    public static bool TryParse(string text, out Criterion criterion, out string error)
    {
        criterion = null!;
        error = "is not an expression such as p(95) < 500 or errors: rate < 0.01";
        var match = Form().Match(text.Trim());
        if (!match.Success || !double.TryParse(match.Groups["limit"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var limit))
            return false;
        var (subject, measure) = (match.Groups["subject"].Value, match.Groups["measure"].Value);
        if (Metric(subject, measure) is not var (metric, scale))
        {
            error = subject.Length == 0 ? $"has the unknown measure {measure}" : $"cannot measure {measure} of {subject}";
            return false;
        }

        var operation = match.Groups["operation"] is { Success: true } group ? group.Value : null;
        criterion = new Criterion(metric, operation, Compare(match.Groups["sign"].Value), limit * scale, text.Trim());
        return true;
    }

    // The metric an expression means, and what its numbers are multiplied by (fractions become %).
    private static (string Metric, double Scale)? Metric(string subject, string measure) => (subject, measure) switch
    {
        ("" or "http_req_failed" or "errors", "rate") => ("error_rate", 100),
        ("checks", "rate") => ("check_pass_rate", 100),
        ("http_reqs", "rate") => ("throughput_rps", 1),
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
        """^((?<subject>\w+)\s*:\s*)?(?<measure>[\w.]+(\([\d.]+\))?)(\s+of\s+'(?<operation>[^']{1,200})')?\s*(?<sign><=|>=|==|<|>)\s*(?<limit>-?\d+(\.\d+)?)$""",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex(@"^p\((\d{1,3}(?:\.\d+)?)\)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Percentile();

    [GeneratedRegex(@"^p\d{1,2}(\.\d+)?_response_time$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainPercentile();
}
