using System.Globalization;
using Loadstone.Measurement;
using Loadstone.ServiceHost;

namespace Loadstone.Ingestion;

/// <summary>Any percentile of any stretch of any run, however old: what is kept are histograms, and histograms are merged (requirements R17.14).</summary>
internal static class PercentilesEndpoint
{
    private const int MostAtOnce = 20;
    private const string Usual = "50,90,95,99,99.9";

    public static void MapPercentiles(this WebApplication app) => app.MapGet("/api/load-testing/executions/{id:guid}/percentiles", PercentilesAsync);

    private static async Task<PercentilesAnswer> PercentilesAsync(
        Guid id, string? from, string? to, string? ranks, string? operation, RunReader runs, CancellationToken cancellation)
    {
        var wanted = RanksOf(ranks ?? Usual);
        var (first, last) = (SecondOf("from", from) ?? 0, SecondOf("to", to) ?? int.MaxValue);
        if (last < first)
            throw RefusalException.Field("to", "must not lie before from");
        var (total, lastSecond) = await runs.BetweenAsync(id, first, last, summary: operation is null, cancellation);
        var requests = operation is null ? total.Total() : Named(total, operation);
        return new PercentilesAnswer(true, new WindowPercentiles(
            id, operation, first, lastSecond, requests.Ended, requests.Response.Count == 0 ? [] : [.. wanted.Select(rank => new RankedTime(rank, requests.Response.PercentileMs(rank)))]));
    }

    // An operation of several scenarios is one here.
    private static OperationWindow Named(MetricWindow total, string operation)
    {
        var named = total.Operations.Where(o => o.Operation == operation).ToList();
        if (named.Count == 0)
            throw RefusalException.Field("operation", "names none that was measured in these seconds");
        var merged = named[0].Empty();
        foreach (var window in named)
            merged.Add(window);
        return merged;
    }

    private static int? SecondOf(string name, string? text) => text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var second) ? second
        : throw RefusalException.Field(name, "must be a second of the run, counted from its start");

    private static List<double> RanksOf(string text)
    {
        var ranks = new List<double>();
        foreach (var part in text.Split(','))
        {
            if (!double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rank) || rank is not (> 0 and <= 100) || ranks.Count == MostAtOnce)
                throw RefusalException.Field("ranks", $"must be up to {MostAtOnce} numbers above 0 and up to 100, with commas between them, such as 50,99.9");
            ranks.Add(rank);
        }

        return ranks;
    }
}

[Envelope]
internal sealed record PercentilesAnswer(bool Success, WindowPercentiles Percentiles);

/// <summary>The response times of the requests that ended in a stretch of a run. Times are ms, off by at most 1 % as the histogram is.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Operation">Of which operation; null for all requests.</param>
/// <param name="FirstSecond">The first second asked for.</param>
/// <param name="LastSecond">The last one that there is of those asked for; one before the first when there is none.</param>
/// <param name="Requests">How many ended in it.</param>
/// <param name="ResponseTimes">In the order they were asked for; none when nothing was answered.</param>
internal sealed record WindowPercentiles(Guid ExecutionId, string? Operation, int FirstSecond, int LastSecond, long Requests, IReadOnlyList<RankedTime> ResponseTimes);

/// <summary>A rank in %, and the time that so many of the requests took at most.</summary>
internal sealed record RankedTime(double Rank, double ResponseTime);
