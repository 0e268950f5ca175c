namespace Loadstone.Measurement;

/// <summary>What one phase of a run measured (requirements R5.1). A second belongs to the phase in which it began.</summary>
/// <param name="Phase">The phase's name.</param>
/// <param name="FirstSecond">Its first second, from 0; pauses count as seconds.</param>
/// <param name="LastSecond">Its last second.</param>
/// <param name="ConcurrentUsersPeak">The most users at work.</param>
/// <param name="Figures">Its figures.</param>
public sealed record PhasePerformance(string Phase, int FirstSecond, int LastSecond, int ConcurrentUsersPeak, RunFigures Figures)
{
    /// <summary>The phases of a run, in the order they came; none in a run without phases.</summary>
    /// <param name="seconds">The run's seconds, in order.</param>
    public static IReadOnlyList<PhasePerformance> Of(IEnumerable<MetricWindow> seconds) =>
        [.. seconds.Where(s => s.Phase is not null).GroupBy(s => s.Phase!).Select(phase => Of(phase.Key, [.. phase]))];

    private static PhasePerformance Of(string phase, IReadOnlyList<MetricWindow> seconds)
    {
        var total = new MetricWindow { Seconds = 0 };
        foreach (var second in seconds)
            total.AddSeconds(second);
        return new PhasePerformance(phase, seconds[0].Sequence, seconds[^1].Sequence, total.VirtualUsers, RunFigures.Of(total));
    }
}
