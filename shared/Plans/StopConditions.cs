using System.Globalization;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>What ends a run early, as failed and with everything it measured kept.</summary>
public sealed record StopConditions
{
    /// <summary>The highest share of failed requests, in %, that may last <see cref="For"/>.</summary>
    public double? MaxErrorRate { get; init; }

    /// <summary>The highest 99th percentile of the response time, in ms, that may last <see cref="For"/>.</summary>
    public double? MaxP99ResponseTime { get; init; }

    /// <summary>The most failed requests of the whole run.</summary>
    public long? MaxErrors { get; init; }

    /// <summary>The longest the load may last.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>How long a rate or percentile must stay beyond its limit; whole seconds, 1 s to 10 min.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan For { get; init; } = TimeSpan.FromSeconds(5);

    internal static StopConditions? Read(DocumentNode? node)
    {
        if (node is null)
            return null;
        var conditions = new StopConditions
        {
            MaxErrorRate = node.Number("max_error_rate", 0, 100),
            MaxP99ResponseTime = node.Number("max_p99_response_time", 0, 600_000),
            MaxErrors = (long?)node.Number("max_errors", 0, 1e15),
            MaxDuration = node.Minutes("max_duration", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(120)),
            For = node.Seconds("for", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)) ?? TimeSpan.FromSeconds(5),
        };
        node.RefuseUnknown();
        return conditions;
    }

    /// <summary>Holds the conditions against one more closed second.</summary>
    /// <param name="before">The seconds each rate has been beyond its limit, up to the second before.</param>
    /// <param name="second">The second, from 0.</param>
    /// <param name="valueOf">A metric of that second alone; null when nothing was measured in it.</param>
    /// <param name="failedSoFar">Failed requests of the whole run so far.</param>
    public StopWatch Judge(StopWatch before, int second, Func<string, double?> valueOf, long failedSoFar)
    {
        var errors = Beyond(valueOf("error_rate"), MaxErrorRate, before.ErrorSeconds);
        var slow = Beyond(valueOf("p99_response_time"), MaxP99ResponseTime, before.SlowSeconds);
        var reason = errors >= For.TotalSeconds ? Sentence("error rate", MaxErrorRate, "%")
            : slow >= For.TotalSeconds ? Sentence("p99 response time", MaxP99ResponseTime, " ms")
            : failedSoFar > MaxErrors ? $"more than {MaxErrors} requests failed"
            : second + 1 >= MaxDuration?.TotalSeconds ? $"the load lasted {DurationText.Format(MaxDuration.Value)}"
            : null;
        return new StopWatch(errors, slow, before.Reason ?? reason);
    }

    // A second without any measurement neither clears nor adds to a breach.
    private static int Beyond(double? value, double? limit, int secondsBefore) =>
        value is null || limit is null ? secondsBefore : value > limit ? secondsBefore + 1 : 0;

    private string Sentence(string what, double? limit, string unit) => string.Create(CultureInfo.InvariantCulture,
        $"the {what} stayed above {limit}{unit} for {DurationText.Format(For)}");
}

/// <summary>How close a run is to being stopped.</summary>
/// <param name="ErrorSeconds">Seconds in a row with too many errors.</param>
/// <param name="SlowSeconds">Seconds in a row that were too slow.</param>
/// <param name="Reason">Why the run must stop, in one sentence; null while it may go on.</param>
public sealed record StopWatch(int ErrorSeconds = 0, int SlowSeconds = 0, string? Reason = null);
