using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearRegression;
using MathNet.Numerics.Optimization;
using static System.FormattableString;

namespace Loadstone.Analysis.Statistics;

/// <summary>A value and the interval it lies in, at 95 %.</summary>
public sealed record Estimate(double Value, double StandardError, double Low, double High);

/// <summary>Where throughput is highest, as far as the fit can tell.</summary>
public sealed record PredictedPeak(Estimate Users, Estimate Throughput);

/// <summary>
/// The Universal Scalability Law, X(N) = γN / (1 + α(N − 1) + βN(N − 1)): γ is the throughput of one user, α what they contend for, β
/// what they must agree on (N. Gunther, Guerrilla Capacity Planning, Springer 2007). Fitted by least squares, Levenberg–Marquardt;
/// intervals by the delta method with Student's t.
/// </summary>
/// <param name="Alpha">Contention.</param>
/// <param name="Beta">Coherency.</param>
/// <param name="Gamma">Requests per second of one user.</param>
/// <param name="RSquared">The share of the variance the law explains.</param>
/// <param name="Peak">Where throughput is highest; null when the fit does not allow to say so.</param>
/// <param name="Refusal">Why nothing is predicted; null when something is.</param>
public sealed record ScalabilityLaw(Estimate Alpha, Estimate Beta, Estimate Gamma, double RSquared, PredictedPeak? Peak, string? Refusal)
{
    private const int FewestLoads = 6;
    private const double LeastRSquared = 0.9;
    private const double FarthestTimesMeasured = 2;
    private const double MostUncertain = 0.5;

    private bool IsFinite => new[] { Alpha, Beta, Gamma, Peak?.Users, Peak?.Throughput }.All(e => e is null || double.IsFinite(e.Value + e.StandardError)) && double.IsFinite(RSquared);

    /// <summary>The throughput at so many users, per second.</summary>
    public double At(double users) => Gamma.Value * users / (1 + (Alpha.Value * (users - 1)) + (Beta.Value * users * (users - 1)));

    /// <param name="points">Users and requests per second, while the load stood still.</param>
    /// <returns>Null when there are fewer than 6 different loads, or no law fits at all.</returns>
    public static ScalabilityLaw? Fit(IReadOnlyList<(double Users, double Throughput)> points)
    {
        var used = points.Where(p => p is { Users: >= 1, Throughput: > 0 }).ToList();
        if (used.Select(p => p.Users).Distinct().Count() < FewestLoads)
            return null;
        var start = Start(used);
        if (start is null)
            return null;
        try
        {
            var model = ObjectiveFunction.NonlinearModel(
                (p, x) => x.Map(n => start[2] * p[2] * n / (1 + (start[0] * p[0] * (n - 1)) + (start[1] * p[1] * n * (n - 1)))),
                Vector<double>.Build.DenseOfEnumerable(used.Select(p => p.Users)), Vector<double>.Build.DenseOfEnumerable(used.Select(p => p.Throughput)));
            // The parameters are multiples of the first guess, so that all are of one size.
            var found = new LevenbergMarquardtMinimizer(maximumIterations: 500).FindMinimum(model, Vector<double>.Build.Dense(3, 1.0));
            return Describe(used, start, found) is { IsFinite: true } law ? law : null;
        }
        catch (Exception e) when (e is OptimizationException or ArithmeticException)
        {
            return null;
        }
    }

    // N/X is linear in N − 1 and N(N − 1), which gives a first guess; coefficients below 0 make no sense.
    private static double[]? Start(List<(double Users, double Throughput)> points)
    {
        var line = MultipleRegression.QR([.. points.Select(p => new[] { 1, p.Users - 1, p.Users * (p.Users - 1) })], [.. points.Select(p => p.Users / p.Throughput)]);
        var gamma = line[0] > 0 ? 1 / line[0] : points.Max(p => p.Throughput / p.Users);
        return double.IsFinite(gamma) ? [Math.Max(line[1] * gamma, 1e-4), Math.Max(line[2] * gamma, 1e-8), gamma] : null;
    }

    private static ScalabilityLaw Describe(List<(double Users, double Throughput)> points, double[] start, NonlinearMinimizationResult found)
    {
        var scale = Matrix<double>.Build.DenseOfDiagonalArray(start);
        var covariance = found.Covariance is { } c ? scale * c * scale : Matrix<double>.Build.Dense(3, 3, double.PositiveInfinity);
        var values = scale * found.MinimizingPoint;
        var t = StudentT.InvCDF(0, 1, points.Count - 3, 0.975);
        var mean = points.Average(p => p.Throughput);
        var law = new ScalabilityLaw(Of(0), Of(1), Of(2), 0, null, null);
        var rSquared = 1 - (points.Sum(p => Math.Pow(p.Throughput - law.At(p.Users), 2)) / points.Sum(p => Math.Pow(p.Throughput - mean, 2)));
        var peak = law.Alpha.Value < 1 && law.Beta.Value > 0 ? PeakOf(values, covariance, t) : null;
        var refusal = Doubt(points, law, rSquared, peak);
        return law with { RSquared = rSquared, Peak = refusal is null ? peak : null, Refusal = refusal };

        Estimate Of(int i) => Around(values[i], Math.Sqrt(covariance[i, i]), t);
    }

    private static string? Doubt(List<(double Users, double Throughput)> points, ScalabilityLaw law, double rSquared, PredictedPeak? peak)
    {
        var measured = points.Max(p => p.Users);
        if (!double.IsFinite(rSquared) || rSquared < LeastRSquared)
            return Invariant($"the law explains {100 * rSquared:0.#} % of the variance, less than {100 * LeastRSquared:0} %");
        if (law.Alpha.Value < 0 || law.Alpha.Value >= 1 || law.Beta.Low <= 0)
            return "throughput grows with the users without a bend that is sure, so the measured loads do not show where it ends";
        if (peak!.Users.Value > FarthestTimesMeasured * measured)
            return Invariant($"the peak would lie at {peak.Users.Value:0} users, more than {FarthestTimesMeasured:0} times the {measured:0} measured");
        return peak.Users.StandardError > MostUncertain * peak.Users.Value ? Invariant($"the peak lies anywhere between {peak.Users.Low:0} and {peak.Users.High:0} users") : null;
    }

    private static PredictedPeak PeakOf(Vector<double> values, Matrix<double> covariance, double t)
    {
        return new PredictedPeak(Derived(Users), Derived(p => new Law(p).At(Users(p))));

        static double Users(Vector<double> p) => Math.Sqrt((1 - p[0]) / p[1]);

        // The delta method: how the derived value moves with each parameter, taken by small steps.
        Estimate Derived(Func<Vector<double>, double> of)
        {
            var gradient = Vector<double>.Build.Dense(3, i =>
            {
                var step = Math.Abs(values[i]) * 1e-5;
                var unit = Vector<double>.Build.Dense(3, k => k == i ? step : 0);
                return (of(values + unit) - of(values - unit)) / (2 * step);
            });
            return Around(of(values), Math.Sqrt(gradient * (covariance * gradient)), t);
        }
    }

    private static Estimate Around(double value, double error, double t) => new(value, error, value - (t * error), value + (t * error));

    private readonly struct Law(Vector<double> p)
    {
        public double At(double n) => p[2] * n / (1 + (p[0] * (n - 1)) + (p[1] * n * (n - 1)));
    }
}
