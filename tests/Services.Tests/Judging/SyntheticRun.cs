using Loadstone.Measurement;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Loadstone.Services.Tests.Judging;

/// <summary>
/// A run that was never made: three operations with log-normal response times whose level wanders from second to second, as that of
/// real systems does (a process of first order), and differs a little from run to run. Faults are planted into it.
/// </summary>
internal sealed class SyntheticRun(int seed)
{
    public const string List = "list", Show = "show", Buy = "buy";

    private static readonly (string Name, double MedianMs)[] Operations = [(List, 20), (Show, 40), (Buy, 80)];

    public int Seconds { get; init; } = 120;

    /// <summary>The correlation of the level with itself a second before.</summary>
    public double Correlation { get; init; } = 0.7;

    /// <summary>How far the level wanders, as a share of itself.</summary>
    public double Wander { get; init; } = 0.05;

    /// <summary>How far runs lie apart, as a share.</summary>
    public double BetweenRuns { get; init; } = 0.01;

    public Func<int, int> Users { get; init; } = _ => 50;

    /// <summary>Requests per second of each operation, by second.</summary>
    public Func<int, double> Rate { get; init; } = _ => 40;

    /// <summary>What response times are multiplied by, by second and operation.</summary>
    public Func<int, string, double> Slowness { get; init; } = (_, _) => 1;

    /// <summary>The share of requests of an operation that take ten times as long.</summary>
    public Func<int, string, double> Spikes { get; init; } = (_, _) => 0;

    /// <summary>The share of requests that fail.</summary>
    public Func<int, string, double> Errors { get; init; } = (_, _) => 0.001;

    /// <summary>Bytes of memory of the target; null for none measured.</summary>
    public Func<int, double>? Memory { get; init; }

    public Func<int, string?> Phase { get; init; } = _ => null;

    public IReadOnlyList<MetricWindow> Measure()
    {
        var random = new Xoshiro256StarStar(seed, false);
        var run = Normal.Sample(random, 0, BetweenRuns);
        var level = Normal.Sample(random, 0, Wander);
        var seconds = new List<MetricWindow>();
        for (var second = 0; second < Seconds; second++)
        {
            level = (Correlation * level) + Normal.Sample(random, 0, Wander * Math.Sqrt(1 - (Correlation * Correlation)));
            var window = new MetricWindow { Sequence = second, VirtualUsers = Users(second), Phase = Phase(second) };
            foreach (var (name, medianMs) in Operations)
                window.Append(Operation(random, second, name, medianMs * Math.Exp(run + level) * Slowness(second, name)));
            if (Memory is not null)
                window.Count("memory_usage", CustomMetric.Of(Memory(second) + Normal.Sample(random, 0, 2e6)));
            seconds.Add(window);
        }

        return seconds;
    }

    public static MetricWindow Total(IEnumerable<MetricWindow> seconds)
    {
        var total = new MetricWindow { Seconds = 0 };
        foreach (var second in seconds)
            total.AddSeconds(second);
        return total;
    }

    private OperationWindow Operation(Xoshiro256StarStar random, int second, string name, double medianMs)
    {
        var sent = Poisson.Sample(random, Math.Max(0.001, Rate(second)));
        var window = new OperationWindow { Scenario = "shop", Operation = name, Method = "GET", Path = $"/api/{name}", Sent = sent };
        for (var i = 0; i < sent; i++)
        {
            var ms = medianMs * Math.Exp(Normal.Sample(random, 0, 0.4)) * (random.NextDouble() < Spikes(second, name) ? 10 : 1);
            window.Response.Record((long)(ms * 1e6));
            if (random.NextDouble() < Errors(second, name))
                window.Failed++;
            else
                window.Ok++;
        }

        if (window.Failed > 0)
            window.ErrorTypes["http_500"] = window.Failed;
        return window;
    }
}
