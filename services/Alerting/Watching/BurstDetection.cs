using Loadstone.Alerting.Rules;
using static System.FormattableString;

namespace Loadstone.Alerting.Watching;

/// <summary>
/// Far more errors in the last three seconds than in the 10 to 30 before: at least 1 % and three times the share of before, and so many
/// that a share as before would show them once in a million times at most (by H. Chernoff's bound for a binomial count, 1952). Over when
/// the share is near what it was. Quiet while a limit on all errors is broken anyway: one alert tells of it.
/// </summary>
public sealed class BurstDetection(AlertRule? rule) : Detection("error_burst", rule, TimeSpan.Zero)
{
    private const int Last = 3;
    private const int FewestBefore = 10;
    private const int MostBefore = 30;
    private const int FewestErrors = 5;
    private const double LeastShare = 0.01;
    private const double LeastTimes = 3;
    private const double Floor = 0.001;
    private static readonly double OnceInAMillion = Math.Log(1e6);

    private readonly List<(long All, long Bad)> _seconds = [];
    private double _before;

    /// <summary>Whether an alert tells of the errors already.</summary>
    public bool IsTold { get; set; }

    protected override Sight? See(Recent recent)
    {
        var total = recent.Newest.Total();
        _seconds.Add((total.Ended + total.Refused, total.FailedRequests + total.Refused));
        if (_seconds.Count > MostBefore + Last)
            _seconds.RemoveAt(0);
        if (_seconds.Count < FewestBefore + Last)
            return null;
        var (all, bad) = Sum(_seconds[^Last..]);
        var share = all == 0 ? 0 : (double)bad / all;
        if (IsBreached)
            return _before == 0 ? null : new Sight(IsBad: false, share <= Math.Max(1.5 * _before, LeastShare / 2), 100 * share);
        return new Sight(!IsTold && IsBurst(all, bad, share), IsCalm: false, 100 * share);
    }

    protected override Breach Describe(double value) => Found(
        AlertType.ErrorSpike, value >= 50 ? Severity.Critical : value >= 10 ? Severity.High : Severity.Medium, "error_rate", 100 * _before, value,
        Invariant($"error_rate is {value:0.##} % over the last {Last} seconds, where it was {100 * _before:0.##} % before"));

    private bool IsBurst(long all, long bad, double share)
    {
        var (allBefore, badBefore) = Sum(_seconds[..^Last]);
        var before = Math.Max(Floor, (badBefore + 0.5) / (allBefore + 1));
        if (bad < FewestErrors || share < Math.Max(LeastShare, LeastTimes * before) || all * Divergence(share, before) < OnceInAMillion)
            return false;
        _before = before;
        return true;
    }

    // Kullback and Leibler's, of two shares.
    private static double Divergence(double p, double q) =>
        (p * Math.Log(p / q)) + (p >= 1 ? 0 : (1 - p) * Math.Log((1 - p) / (1 - q)));

    private static (long All, long Bad) Sum(IEnumerable<(long All, long Bad)> seconds) =>
        seconds.Aggregate((All: 0L, Bad: 0L), (sum, s) => (sum.All + s.All, sum.Bad + s.Bad));
}
