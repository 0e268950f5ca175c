using System.Text.Json.Serialization;
using MathNet.Numerics.Distributions;

namespace Loadstone.Analysis.Statistics;

public enum ChangeVerdict
{
    /// <summary>Whatever difference there may be is smaller than what counts.</summary>
    NoChange,

    /// <summary>Worse by more than counts, and not by chance.</summary>
    Regression,

    /// <summary>Better by more than counts, and not by chance.</summary>
    Improvement,

    /// <summary>The runs are too short or too noisy to tell.</summary>
    Inconclusive,
}

/// <summary>One figure of two runs beside each other.</summary>
/// <param name="Metric">Which figure.</param>
/// <param name="Operation">The operation it is of; null for the whole run.</param>
/// <param name="Base">Its value in the first run.</param>
/// <param name="Candidate">Its value in the second.</param>
/// <param name="Change">By how much it changed: in % of the first, of an error rate in percentage points. Above 0 it rose.</param>
/// <param name="Low">The lower end of the interval the change lies in.</param>
/// <param name="High">The upper end.</param>
/// <param name="Confidence">How sure the interval is, in %: all of one comparison are right together in 98 % of all cases.</param>
/// <param name="Tolerance">The smallest change that counts, in the unit of the change.</param>
/// <param name="Verdict">What it amounts to.</param>
public sealed record MetricChange(
    string Metric, string? Operation, double? Base, double? Candidate, double? Change, double? Low, double? High, double Confidence, double Tolerance,
    ChangeVerdict Verdict)
{
    /// <summary>True when the interval leaves out 0: chance alone does not explain the difference.</summary>
    public bool IsSignificant => Low > 0 || High < 0;

    /// <summary>True of a figure whose rise is bad.</summary>
    [JsonIgnore]
    public bool IsWorseWhenHigher => Metric != RunComparison.Throughput;
}

/// <summary>A figure that is held against itself in another run.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Operation">The operation it is of; null for the whole run.</param>
/// <param name="IsRelative">Whether changes are in % of the base; else in the figure's own unit.</param>
/// <param name="Tolerance">The smallest change that counts, in that unit.</param>
/// <param name="SmallestStep">No change of the figure below this counts, in the figure's own unit.</param>
/// <param name="RunToRun">The standard deviation, as a share, with which the figure differs from run to run of one and the same system.</param>
internal sealed record ComparedFigure(string Metric, string? Operation, bool IsRelative, double Tolerance, double SmallestStep, double RunToRun);

/// <summary>
/// Says of a figure in two runs how much it changed, within which interval, and what that amounts to. The standard error comes from the
/// block bootstrap, and what runs of one system differ by, which no single run can show, is added to it. The interval is Student's
/// around the (logarithmic) change, with as many degrees of freedom as there are blocks but one. It is a regression or an improvement
/// when the interval leaves out 0 and the change is larger than the tolerance, no change when the interval at 90 % lies within the
/// tolerance (two one-sided tests at 5 %: D. Schuirmann, J. Pharmacokin. Biopharm. 15, 1987), else inconclusive.
/// </summary>
internal static class FigureComparison
{
    private const int Draws = 600;
    private const int Seed = 20_011;
    private const int FewestBlocks = 6;
    private const double LargestLogChange = 20;
    private const double Equivalence = 0.95;

    /// <summary>Two runs of the same length, second against second: what the plan makes of the load falls out of the difference.</summary>
    public static MetricChange Paired(ComparedFigure what, WindowFigure a, WindowFigure b, double confidence)
    {
        var (wholeA, wholeB) = (a.Whole(), b.Whole());
        var (scaleA, scaleB) = what.IsRelative ? (wholeA, wholeB) : (1, 1);
        double[] difference = [.. a.Influence().Zip(b.Influence(), (x, y) => (y / scaleB) - (x / scaleA))];
        var length = BlockBootstrap.BlockLength(difference);
        var changes = BlockBootstrap.Draws(a.Windows, length, Draws, Seed).Select(w => Change(what, a.Of(w), b.Of(w)));
        return Judge(what, wholeA, wholeB, StandardError(changes), a.Windows / length, confidence);
    }

    /// <summary>Two runs that are not of the same length: each is drawn by itself.</summary>
    public static MetricChange Unpaired(ComparedFigure what, WindowFigure a, WindowFigure b, double confidence)
    {
        var (lengthA, lengthB) = (BlockBootstrap.BlockLength(a.Influence()), BlockBootstrap.BlockLength(b.Influence()));
        var changes = BlockBootstrap.Draws(a.Windows, lengthA, Draws, Seed).Zip(
            BlockBootstrap.Draws(b.Windows, lengthB, Draws, Seed + 1), (x, y) => Change(what, a.Of(x), b.Of(y)));
        return Judge(what, a.Whole(), b.Whole(), StandardError(changes), Math.Min(a.Windows / lengthA, b.Windows / lengthB), confidence);
    }

    private static double Change(ComparedFigure what, double a, double b) => !what.IsRelative ? b - a
        : a > 0 && b > 0 ? Math.Log(b / a) : a.Equals(b) ? 0 : double.NaN;

    private static double StandardError(IEnumerable<double> changes)
    {
        var all = changes.Where(double.IsFinite).ToList();
        var mean = all.DefaultIfEmpty(0).Average();
        return all.Count < Draws * 9 / 10 ? double.NaN : Math.Sqrt(all.Sum(c => (c - mean) * (c - mean)) / (all.Count - 1));
    }

    // The bootstrap's variance falls short by the share of one block in all, which the factor gives back.
    private static MetricChange Judge(ComparedFigure what, double a, double b, double error, int blocks, double confidence)
    {
        var change = Change(what, a, b);
        var result = new MetricChange(
            what.Metric, what.Operation, Known(a), Known(b), double.IsFinite(change) ? Shown(what, change) : null, null, null, Round(100 * confidence),
            Round(what.Tolerance), ChangeVerdict.Inconclusive);
        if (!double.IsFinite(change) || !double.IsFinite(error) || blocks < FewestBlocks)
            return result;
        var whole = Math.Sqrt((error * error * blocks / (blocks - 1)) + (2 * what.RunToRun * what.RunToRun));
        var (reach, near) = (Reach(1 - ((1 - confidence) / 2)), Reach(Equivalence));
        var tolerance = Math.Max(what.Tolerance, !what.IsRelative ? what.SmallestStep : a > 0 ? 100 * what.SmallestStep / a : 0);
        result = result with { Low = Shown(what, change - reach), High = Shown(what, Math.Min(change + reach, LargestLogChange)), Tolerance = Round(tolerance) };
        return result with { Verdict = VerdictOf(result, Shown(what, change - near) >= -tolerance && Shown(what, change + near) <= tolerance) };

        double Reach(double quantile) => StudentT.InvCDF(0, 1, blocks - 1, quantile) * whole;
    }

    private static ChangeVerdict VerdictOf(MetricChange c, bool isSame)
    {
        if (c.IsSignificant && Math.Abs(c.Change!.Value) > c.Tolerance)
            return c.Change > 0 == c.IsWorseWhenHigher ? ChangeVerdict.Regression : ChangeVerdict.Improvement;
        return isSame ? ChangeVerdict.NoChange : ChangeVerdict.Inconclusive;
    }

    private static double Shown(ComparedFigure what, double change) => Round(what.IsRelative ? 100 * (Math.Exp(change) - 1) : change);

    private static double? Known(double value) => double.IsFinite(value) ? Round(value) : null;

    private static double Round(double value) => Math.Round(value, 4);
}
