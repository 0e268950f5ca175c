using System.Globalization;

namespace Loadstone.Plans;

/// <summary>
/// One number made of the series of a page of metrics. The grammar:
/// <code>
/// expression = term { ( "+" | "-" ) term }
/// term       = factor { ( "*" | "/" ) factor }
/// factor     = number | series | "(" expression ")"
/// series     = name [ "{" label comparison '"' text '"' { "," label comparison '"' text '"' } "}" ]
/// comparison = "=" | "!=" | "=~" | "!~"
/// </code>
/// A series stands for the sum of all that it selects, and a counter for what it grew by a second.
/// </summary>
public sealed class MetricExpression
{
    /// <summary>The most characters an expression may have.</summary>
    public const int Longest = 500;

    private readonly Func<Func<SeriesSelector, double?>, double?> _evaluate;

    private MetricExpression(Func<Func<SeriesSelector, double?>, double?> evaluate, IReadOnlyList<SeriesSelector> series) => (_evaluate, Series) = (evaluate, series);

    /// <summary>The series it is made of.</summary>
    public IReadOnlyList<SeriesSelector> Series { get; }

    /// <summary>Reads an expression of the platform's own.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static MetricExpression Parse(string text) => TryParse(text, out var expression, out var error) ? expression : throw new FormatException($"{text} {error}");

    /// <summary>Reads an expression; on failure <paramref name="error"/> is one sentence.</summary>
    public static bool TryParse(string text, out MetricExpression expression, out string error)
    {
        (expression, error) = (null!, "");
        try
        {
            var parser = new Parser(text.Length <= Longest ? text : throw new FormatException($"is longer than {Longest} characters"));
            expression = new MetricExpression(parser.Whole(), parser.Series);
            return true;
        }
        catch (FormatException e)
        {
            error = $"{e.Message}; it must be like 100 * (1 - node_cpu_seconds_total{{mode=\"idle\"}} / node_cpu_seconds_total)";
            return false;
        }
    }

    /// <summary>Its value; null when a series in it has none, or what comes out is no number.</summary>
    /// <param name="valueOf">The value of what a selector selects; null for none.</param>
    public double? Evaluate(Func<SeriesSelector, double?> valueOf) => _evaluate(valueOf) is { } value && double.IsFinite(value) ? value : null;

    // By recursive descent; what it returns asks for the values when it is called.
    private sealed class Parser(string text)
    {
        private readonly List<SeriesSelector> _series = [];
        private int _at;

        public IReadOnlyList<SeriesSelector> Series => _series;

        public Func<Func<SeriesSelector, double?>, double?> Whole()
        {
            var whole = Sum();
            return Peek() == '\0' ? whole : throw Unexpected();
        }

        private Func<Func<SeriesSelector, double?>, double?> Sum()
        {
            var left = Product();
            while (Peek() is '+' or '-')
            {
                var (before, sign, right) = (left, Take() == '+' ? 1 : -1, Product());
                left = values => before(values) + (sign * right(values));
            }

            return left;
        }

        private Func<Func<SeriesSelector, double?>, double?> Product()
        {
            var left = Factor();
            while (Peek() is '*' or '/')
            {
                var (before, divides, right) = (left, Take() == '/', Factor());
                left = divides ? values => before(values) / right(values) : values => before(values) * right(values);
            }

            return left;
        }

        private Func<Func<SeriesSelector, double?>, double?> Factor()
        {
            if (Peek() == '(')
            {
                Take();
                var inner = Sum();
                return Peek() == ')' && Take() == ')' ? inner : throw Unexpected();
            }

            return char.IsAsciiDigit(Peek()) ? Number() : OneSeries();
        }

        private Func<Func<SeriesSelector, double?>, double?> Number()
        {
            var from = _at;
            while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] == '.'))
                _at++;
            return double.TryParse(text.AsSpan(from, _at - from), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                ? _ => number : throw Unexpected();
        }

        private Func<Func<SeriesSelector, double?>, double?> OneSeries()
        {
            var selector = SeriesSelector.Read(text, ref _at);
            _series.Add(selector);
            return values => values(selector);
        }

        private char Peek()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
                _at++;
            return _at < text.Length ? text[_at] : '\0';
        }

        private char Take() => text[_at++];

        private FormatException Unexpected() => new(_at < text.Length ? $"has an unexpected {text[_at]} at character {_at + 1}" : "ends early");
    }
}
