using Loadstone.Alerting.Rules;
using static System.FormattableString;

namespace Loadstone.Alerting.Watching;

/// <summary>
/// A plateau: since the load was a sixth lower, at most two minutes ago, right answers a second grew by less than a quarter of what it did, for
/// three looks in a row, where the seconds are steady enough to tell. The load is users, or arrivals where the plan says those. What our own ceiling
/// held back tells nothing of the target. Over when the load falls below where it was found, or throughput grows again by a fifth.
/// </summary>
public sealed class PlateauDetection(AlertRule? rule, bool isOpen) : Detection("throughput_plateau", rule, TimeSpan.FromSeconds(3))
{
    private const int Longest = 120;
    private const int Ends = 5;
    private const double Least = 10;
    private const double Falls = 0.9;
    private const double GrowsAgain = 1.2;
    private static readonly double LeastGrowth = Math.Log(1.2);

    private readonly List<(double Load, double Rate, bool Held)> _seconds = [];
    private (double Load, double Rate, double FirstLoad, double FirstRate) _found;

    protected override Sight? See(Recent recent)
    {
        var (second, total) = (recent.Newest, recent.Newest.Total());
        _seconds.Add((isOpen ? second.Iterations.Planned : second.VirtualUsers, total.Ok, total.Held > 0));
        if (_seconds.Count > Longest)
            _seconds.RemoveAt(0);
        if (_seconds.Count < 3 * Ends)
            return null;
        var (load, rate) = Mean(_seconds[^Ends..]);
        if (IsBreached)
            return _found == default ? null : new Sight(IsBad: false, load < Falls * _found.Load || rate > GrowsAgain * _found.Rate, rate);
        return new Sight(IsFlat(load, rate), IsCalm: false, rate);
    }

    protected override Breach Describe(double value) => Found(
        AlertType.PerformanceDegradation, Severity.Medium, "throughput_rps", _found.FirstRate * _found.Load / _found.FirstLoad, value,
        Invariant($"throughput_rps went from {_found.FirstRate:0.#} to {_found.Rate:0.#} while the {(isOpen ? "arrivals a second" : "virtual users")} went from {_found.FirstLoad:0.#} to {_found.Load:0.#}"));

    // Against the last five seconds from which on the load grew by enough to tell, growth and chance apart.
    private bool IsFlat(double load, double rate)
    {
        for (var from = _seconds.Count - (3 * Ends); from >= 0 && !_seconds[from].Held && _seconds[from].Rate > 0; from--)
        {
            var (since, (firstLoad, firstRate)) = (_seconds[from..], Mean(_seconds.Slice(from, Ends)));
            if (firstLoad <= 0 || Math.Log(load / firstLoad) is var growth && growth < Math.Max(LeastGrowth, 4 * StandardError(since)))
                continue;
            var gain = Math.Log(rate / firstRate);
            if (firstRate < Least || gain > growth / 4 || gain + (2 * StandardError(since)) > growth / 2)
                return false;
            _found = (load, rate, firstLoad, firstRate);
            return true;
        }

        return false;
    }

    // Of the difference of two means of five, from how neighbours differ, which a trend hardly changes (J. von Neumann, 1941).
    private static double StandardError(List<(double Load, double Rate, bool Held)> seconds)
    {
        var logs = seconds.Select(s => Math.Log(s.Rate)).ToList();
        var variance = logs.Zip(logs.Skip(1), (a, b) => (b - a) * (b - a)).Average() / 2;
        return Math.Sqrt(variance * 2 / Ends);
    }

    private static (double Load, double Rate) Mean(List<(double Load, double Rate, bool Held)> seconds) =>
        (seconds.Average(s => s.Load), seconds.Average(s => s.Rate));
}
