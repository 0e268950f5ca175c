using Loadstone.Alerting.Rules;
using Loadstone.Measurement;
using static System.FormattableString;

namespace Loadstone.Alerting.Watching;

/// <summary>
/// A step in the 99th percentile. The last five seconds, or ten, are held against the 15 to 30 before them in which the load was within a
/// tenth of what it is: by rank, which asks for no distribution (H. Mann and D. Whitney, 1947; of all orders of 30 and 5 values, 1 in 10,000
/// has as few pairs the wrong way round), and by size: half as much again, 5 ms, and beyond five standard errors of the difference of two medians,
/// where seconds that resemble their neighbours count for less. It is over when the median falls below the middle of both levels.
/// </summary>
public sealed class StepDetection(AlertRule? rule, bool isOpen) : Detection("p99_step", rule, TimeSpan.Zero)
{
    private const int Short = 5;
    private const int Long = 10;
    private const int FewestBefore = 15;
    private const int MostBefore = 30;
    private const double SameLoad = 0.1;
    private const double LeastMs = 5;
    private const double LeastErrors = 5;
    private const double MostAlike = 0.8;
    private static readonly double LeastRise = Math.Log(1.5);

    private readonly List<(double LogMs, double Load)> _seconds = [];
    private string? _phase;
    private (double Before, double After, int Second) _step;

    protected override Sight? See(Recent recent)
    {
        var second = recent.Newest;
        if (second.ValueOf("p99_response_time", null) is not { } ms || ms <= 0)
            return null;
        Take(second, ms);
        if (_seconds.Count < Short)
            return null;
        var now = Median(_seconds[^Short..].Select(s => s.LogMs));
        if (IsBreached)
            return _step == default ? null : new Sight(IsBad: false, IsCalm: now < (_step.Before + _step.After) / 2, Math.Exp(now));
        return new Sight(IsStep(Short, second.Sequence) || IsStep(Long, second.Sequence), IsCalm: false, Math.Exp(now));
    }

    protected override Breach Describe(double value)
    {
        var (before, ratio) = (Math.Exp(_step.Before), Math.Exp(_step.After - _step.Before));
        return Found(
            AlertType.PerformanceDegradation, ratio >= 3 ? Severity.High : ratio >= 2 ? Severity.Medium : Severity.Low, "p99_response_time", before, value,
            Invariant($"p99_response_time rose from {before:0.##} to {Math.Exp(_step.After):0.##} ms in second {_step.Second} and stayed, under the same load"));
    }

    private void Take(MetricWindow second, double ms)
    {
        if (second.Phase != _phase)
            _seconds.Clear();
        _phase = second.Phase;
        _seconds.Add((Math.Log(ms), isOpen ? second.Iterations.Planned : second.VirtualUsers));
        if (_seconds.Count > MostBefore + Long)
            _seconds.RemoveAt(0);
    }

    private bool IsStep(int length, int second)
    {
        if (_seconds.Count < FewestBefore + length)
            return false;
        var (after, load) = (_seconds[^length..], _seconds[^1].Load);
        var before = _seconds[..^length].AsEnumerable().Reverse().TakeWhile(s => IsSame(s.Load, load)).Select(s => s.LogMs).Take(MostBefore).ToList();
        if (before.Count < FewestBefore || !after.All(s => IsSame(s.Load, load)))
            return false;
        var (was, now) = (Median(before), Median(after.Select(a => a.LogMs)));
        var wrongWayRound = after.Sum(a => before.Count(b => b >= a.LogMs));
        if (wrongWayRound > Allowed(before.Count, length) || now - was < Math.Max(LeastRise, LeastErrors * StandardError(before, was, length)) || Math.Exp(now) - Math.Exp(was) < LeastMs)
            return false;
        _step = (was, now, second - length + 1);
        return true;
    }

    // Of a process of first order there are fewer independent values than values, by (1 − r) / (1 + r).
    private static double StandardError(List<double> before, double median, int after)
    {
        var rest = before.ConvertAll(b => b - median);
        var squares = rest.Sum(r => r * r);
        var alike = squares == 0 ? 0 : Math.Clamp(rest.Zip(rest.Skip(1), (a, b) => a * b).Sum() / squares, 0, MostAlike);
        var deviation = 1.4826 * Median(rest.Select(Math.Abs));
        return deviation * Math.Sqrt(Math.PI / 2 * ((1.0 / before.Count) + (1.0 / after)) * (1 + alike) / (1 - alike));
    }

    private static bool IsSame(double load, double other) => Math.Abs(load - other) <= SameLoad * Math.Max(1, other);

    // Pairs of a later value that is not above an earlier one: chance has as few in 1 or 2 of 10,000 orders.
    private static int Allowed(int before, int after) => (before < 20 ? 1 : before / 5) * after / Short;
}
