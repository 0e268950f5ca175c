using System.Globalization;
using System.Text;
using Loadstone.Plans;

namespace Loadstone.Worker.Probes;

/// <summary>
/// The series of some names on a page of metrics, in Prometheus' text format or that of OpenMetrics. A line that is neither is
/// left out, as it is by Prometheus' own readers of one format that are given the other.
/// </summary>
internal sealed class MetricsPage
{
    // What a page says of no type, by its name.
    private static readonly string[] CounterEndings = ["_total", "_count", "_sum", "_bucket"];

    private readonly Dictionary<string, string> _types = [];
    private readonly ILookup<string, Sample> _samples;

    private MetricsPage(IEnumerable<string> lines, IReadOnlySet<string> names)
    {
        var samples = new List<Sample>();
        foreach (var line in lines)
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, var name, var type, ..])
                _types[name] = type.Trim();
            else if (Sample.TryRead(line, names, out var sample))
                samples.Add(sample);
            HasSamples |= line.Length > 0 && line[0] != '#' && line.Contains(' ', StringComparison.Ordinal);
        }

        _samples = samples.ToLookup(s => s.Name);
    }

    /// <summary>True when there is anything that may be a sample, of whatever name.</summary>
    public bool HasSamples { get; }

    public static MetricsPage Read(string text, IReadOnlySet<string> names) => new(text.Split('\n').Select(l => l.TrimEnd('\r')), names);

    public static async Task<MetricsPage> ReadAsync(TextReader text, IReadOnlySet<string> names, CancellationToken cancellation)
    {
        var (lines, hasSamples) = (new List<string>(), false);
        while (await text.ReadLineAsync(cancellation) is { } line)
        {
            // What nobody asked for is not kept, but for one line that tells what this is.
            var isSample = line.Length > 0 && line[0] != '#';
            if (isSample ? !hasSamples || names.Contains(Sample.NameOf(line)) : line.StartsWith("# TYPE ", StringComparison.Ordinal))
                lines.Add(line);
            hasSamples |= isSample;
        }

        return new MetricsPage(lines, names);
    }

    /// <summary>The sum of what a selector selects; null when that is nothing.</summary>
    public double? Sum(SeriesSelector selector)
    {
        var selected = _samples[selector.Name].Where(s => selector.Selects(s.Labels)).ToList();
        return selected.Count == 0 ? null : selected.Sum(s => s.Value);
    }

    /// <summary>Whether a series only ever grows.</summary>
    public bool IsCounter(string name)
    {
        var family = CounterEndings.FirstOrDefault(e => name.EndsWith(e, StringComparison.Ordinal)) is { } ending ? name[..^ending.Length] : name;
        if (_types.GetValueOrDefault(name) is { } type && type is not ("untyped" or "unknown"))
            return type == "counter";
        return _types.GetValueOrDefault(family) switch
        {
            "gauge" or "info" or "stateset" or "gaugehistogram" => false,
            "counter" => true,
            _ => family.Length < name.Length,
        };
    }

    /// <summary>One series and its value.</summary>
    internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
    {
        private static readonly Dictionary<string, string> None = [];

        public static string NameOf(string line) => line.IndexOfAny(['{', ' ', '\t']) is >= 0 and var end ? line[..end] : line;

        public static bool TryRead(string line, IReadOnlySet<string> names, out Sample sample)
        {
            sample = null!;
            var name = NameOf(line);
            if (line.Length == 0 || line[0] == '#' || !names.Contains(name))
                return false;
            var at = name.Length;
            var labels = None;
            if (at < line.Length && line[at] == '{' && !TryReadLabels(line, ref at, out labels))
                return false;
            // Behind the value there may be a time, and an exemplar.
            var rest = line[at..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (rest.Length == 0 || !TryReadValue(rest[0], out var value))
                return false;
            sample = new Sample(name, labels, value);
            return true;
        }

        // {name="text",…} with \\, \" and \n in the text.
        private static bool TryReadLabels(string line, ref int at, out Dictionary<string, string> labels)
        {
            labels = [];
            at++;
            while (at < line.Length && line[at] != '}')
            {
                var equals = line.IndexOf('=', at);
                if (equals < 0 || equals + 1 >= line.Length || line[equals + 1] != '"')
                    return false;
                var label = line[at..equals].Trim();
                at = equals + 2;
                if (!TryReadText(line, ref at, out var text))
                    return false;
                labels[label] = text;
                while (at < line.Length && line[at] is ',' or ' ')
                    at++;
            }

            return at++ < line.Length;
        }

        private static bool TryReadText(string line, ref int at, out string text)
        {
            var value = new StringBuilder();
            while (at < line.Length && line[at] != '"')
            {
                var isEscaped = line[at] == '\\' && at + 1 < line.Length;
                at += isEscaped ? 1 : 0;
                value.Append(isEscaped && line[at] == 'n' ? '\n' : line[at]);
                at++;
            }

            text = value.ToString();
            return at++ < line.Length;
        }

        private static bool TryReadValue(string text, out double value) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }
}
