using System.Globalization;
using Loadstone.Contracts;
using Loadstone.Measurement;

namespace Loadstone.Analysis;

/// <summary>
/// The seconds of a run that count for its verdict (requirements R17.12). While somebody changes the load, what is measured is the change:
/// the second of an intervention and the three after it are left out, and whatever lies between a pause and its end. They are in
/// the totals and the charts all the same.
/// </summary>
public static class JudgedWindow
{
    private const int SettleSeconds = 3;

    /// <summary>What was measured in the seconds that count; all of it when nobody intervened.</summary>
    public static RunMeasurements Of(IReadOnlyList<Intervention> interventions, RunMeasurements measured)
    {
        if (interventions.Count == 0)
            return measured;
        var (leftOut, length) = (LeftOut(interventions, measured.Seconds), LengthOf(measured.Seconds));
        var total = new MetricWindow { Seconds = 0 };
        var seconds = measured.Seconds.Where(s => !Enumerable.Range(s.Sequence, length).Any(leftOut.Contains)).ToList();
        foreach (var second in seconds)
            total.AddSeconds(second);
        return measured with { Total = total, Seconds = seconds };
    }

    /// <summary>The seconds that do not count.</summary>
    public static IReadOnlySet<int> LeftOut(IReadOnlyList<Intervention> interventions, IReadOnlyList<MetricWindow> seconds)
    {
        var last = seconds.Select(s => s.Sequence).DefaultIfEmpty(-1).Max() + LengthOf(seconds) - 1;
        var leftOut = new SortedSet<int>();
        foreach (var (one, next) in interventions.Zip(interventions.Skip(1).Append(null)))
        {
            var from = Math.Max(0, (int)Math.Floor(one!.Second));
            var to = one.Kind == InterventionKind.Paused ? (int)Math.Floor(next?.Second ?? last) : from + SettleSeconds;
            for (var second = from; second <= Math.Min(to, last); second++)
                leftOut.Add(second);
        }

        return leftOut;
    }

    // A long run is read by windows of many seconds.
    private static int LengthOf(IReadOnlyList<MetricWindow> windows) =>
        windows.Zip(windows.Skip(1), (a, b) => b.Sequence - a.Sequence).DefaultIfEmpty(1).Min();

    /// <summary>Seconds in words: <c>12–15, 40</c>.</summary>
    public static string InWords(IEnumerable<int> seconds)
    {
        var stretches = new List<(int From, int To)>();
        foreach (var second in seconds)
        {
            if (stretches.Count > 0 && stretches[^1].To == second - 1)
                stretches[^1] = (stretches[^1].From, second);
            else
                stretches.Add((second, second));
        }

        return string.Join(", ", stretches.Select(s => s.From == s.To ? s.From.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{s.From}–{s.To}")));
    }
}

/// <summary>Interventions as people read them.</summary>
internal static class InterventionText
{
    public static string Of(Intervention one) => string.Create(CultureInfo.InvariantCulture, $"second {one.Second:0.#}: {one.InWords}, by {one.By}");
}
