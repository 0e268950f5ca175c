using System.Globalization;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Ingestion.Samples;

/// <summary>What another tool measured at one moment: a request it made, or a value under a name of its own.</summary>
/// <param name="At">The member that says when: its wire path.</param>
/// <param name="Timestamp">When, by the tool's clock; null when it says how long after the start.</param>
/// <param name="OffsetSeconds">Seconds from the start of the execution; null when it says when.</param>
/// <param name="Request">The request; null when this is a value.</param>
/// <param name="Metric">The value's name.</param>
/// <param name="Value">The value.</param>
public sealed record Sample(string At, DateTimeOffset? Timestamp, double? OffsetSeconds, SampledRequest? Request, string? Metric, double Value)
{
    private const double LongestOffset = 7 * 24 * 3600;
    private const double LargestValue = 1e15;

    // Clocks differ a little.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(2);

    public static Sample Read(DocumentNode node)
    {
        var isOffset = node.Has("timestamp_offset");
        var (timestamp, offset) = (node.Instant("timestamp"), node.Number("timestamp_offset", 0, LongestOffset));
        if (isOffset == node.Has("timestamp"))
            node.Error("timestamp", isOffset ? "stands beside timestamp_offset: give one of them" : "is required, or timestamp_offset");
        var at = node.At(isOffset ? "timestamp_offset" : "timestamp");
        if (!node.Has("metric"))
            return new Sample(at, timestamp, offset, SampledRequest.Read(node), null, 0);
        if (!node.Has("value"))
            node.Error("value", "is required");
        return new Sample(at, timestamp, offset, null, node.RequiredText("metric", 100), node.Number("value", -LargestValue, LargestValue) ?? 0);
    }

    /// <summary>The second of the execution that it belongs to; null, and an error, when it lies outside.</summary>
    public int? SecondOf(DateTimeOffset start, DateTimeOffset now, DocumentErrors errors)
    {
        var offset = OffsetSeconds ?? (Timestamp!.Value - start).TotalSeconds;
        if (offset >= 0 && offset <= (now + Ahead - start).TotalSeconds)
            return (int)offset;
        errors.Add(At, offset < 0 ? string.Create(CultureInfo.InvariantCulture, $"is before the start of the execution, {start.UtcDateTime:O}")
            : "is later than now");
        return null;
    }

    /// <summary>Counts it.</summary>
    public void CountIn(MetricWindow window)
    {
        if (Request is null)
            window.Count(Metric!, CustomMetric.Of(Value));
        else
            Request.CountIn(window.For(Request.Empty()));
    }
}

/// <summary>A request that another tool made.</summary>
public sealed record SampledRequest(
    string Scenario, string Operation, string? Method, string? Path, double ResponseTimeMs, bool IsOk, int? StatusCode, string? ErrorType)
{
    private const double LongestMs = 3_600_000;
    private const double NsPerMs = 1_000_000;
    private const string UsualScenario = "external";
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];

    public static SampledRequest Read(DocumentNode node)
    {
        var (status, error) = (node.Whole("status_code", 100, 599), node.Text("error_type", 100));
        var isOk = node.Flag("ok", error is null && status is null or < 400);
        if (isOk && error is not null)
            node.Error("error_type", "belongs to a request that failed");
        if (!node.Has("response_time"))
            node.Error("response_time", "is required");
        return new SampledRequest(
            node.Text("scenario") ?? UsualScenario, node.RequiredText("operation"), MethodOf(node), node.Text("path", 500),
            node.Number("response_time", 0, LongestMs) ?? 0, isOk, status, error);
    }

    /// <summary>The window it is counted in, empty.</summary>
    public OperationWindow Empty() => new() { Scenario = Scenario, Operation = Operation, Method = Method, Path = Path };

    /// <summary>Counts it, sent and answered in the same second.</summary>
    public void CountIn(OperationWindow window)
    {
        window.Sent++;
        window.External++;
        if (StatusCode is { } status)
            window.CountStatus(status);
        var time = (long)(ResponseTimeMs * NsPerMs);
        window.Response.Record(time);
        window.Service.Record(time);
        if (IsOk)
        {
            window.Ok++;
            return;
        }

        window.Failed++;
        window.CountError(ErrorType ?? (StatusCode is >= 400 and var wrong ? $"status_{wrong}" : "failed"));
    }

    private static string? MethodOf(DocumentNode node)
    {
        var method = node.Text("method");
        if (method is not null && !Methods.Contains(method))
            node.Error("method", $"must be one of {string.Join(", ", Methods)}");
        return method;
    }
}
