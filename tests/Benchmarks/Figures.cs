using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Loadstone.Benchmarks;

/// <summary>How figures are boiled down and shown.</summary>
internal static class Figures
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The median of the ratios of each run to the other's of the same round: a machine that slows down slows both.</summary>
    public static double MedianRatio<T>(IEnumerable<T> runs, IEnumerable<T> others, Func<T, double> figure) =>
        Median(runs.Zip(others, (run, other) => figure(run) / figure(other)));

    /// <summary>The figures and, where there are some, more.</summary>
    public static Dictionary<string, double> With(this Dictionary<string, double> figures, bool has, Func<Dictionary<string, double>> more) =>
        has ? new Dictionary<string, double>(figures.Concat(more())) : figures;

    public static async Task<int> WriteAsync(string? json, string name, Dictionary<string, double> figures, CancellationToken cancellation)
    {
        foreach (var (figure, value) in figures)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}  {figure}  {value:0.###}"));
        if (json is null)
            return 0;
        var text = new JsonObject { ["benchmark"] = name, ["figures"] = JsonSerializer.SerializeToNode(figures) }.ToJsonString(Indented);
        if (json == "-")
            Console.WriteLine(text);
        else
            await File.WriteAllTextAsync(json, text, cancellation);
        return 0;
    }
}
