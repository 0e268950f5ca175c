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
