using System.Globalization;

namespace Loadstone.Plans;

/// <summary>One piece of a template: either literal text, or an expression to be filled in.</summary>
/// <param name="Literal">The text; null for an expression.</param>
/// <param name="Expression">The expression; null for literal text.</param>
public readonly record struct TemplatePart(string? Literal, TemplateExpression? Expression);

/// <summary>
/// What stands between <c>{{</c> and <c>}}</c>: a name such as <c>users.email</c>, or a call such as <c>random.int(1,9)</c>.
/// </summary>
/// <param name="Name">The name, with its dots.</param>
/// <param name="Arguments">The arguments of a call; null for a plain name.</param>
public sealed record TemplateExpression(string Name, IReadOnlyList<TemplateArgument>? Arguments)
{
    /// <summary>The part of the name before the first dot: a feeder, <c>env</c>, <c>user</c> or an extracted variable.</summary>
    public string Root => Name.Split('.', 2)[0];
}

/// <summary>One argument of a call: a number, a quoted text, or a name.</summary>
/// <param name="Number">Set when the argument is a number.</param>
/// <param name="Text">Set when the argument is a quoted text.</param>
/// <param name="Name">Set when the argument is a name.</param>
public readonly record struct TemplateArgument(double? Number, string? Text, string? Name);

/// <summary>
/// A text with expressions in double braces. The grammar:
/// <code>
/// template   = { text | "{{" expression "}}" }
/// expression = name [ "(" [ argument { "," argument } ] ")" ]
/// name       = identifier { "." identifier }          identifier = letter or "_" { letter, digit, "_" or "-" }
/// argument   = number | "'" text "'" | '"' text '"' | name
/// </code>
/// </summary>
/// <param name="Parts">The pieces in order; adjoining literals are one.</param>
public sealed record Template(IReadOnlyList<TemplatePart> Parts)
{
    /// <summary>The expressions, in order.</summary>
    public IEnumerable<TemplateExpression> Expressions => Parts.Select(p => p.Expression).OfType<TemplateExpression>();

    /// <summary>The expression when the whole template is one and nothing else; it then keeps its type (a number stays a number).</summary>
    public TemplateExpression? Single => Parts is [{ Expression: { } only }] ? only : null;

    /// <summary>Reads a template; on failure <paramref name="error"/> says what is wrong in one sentence.</summary>
    public static bool TryParse(string text, out Template template, out string error)
    {
        var parts = new List<TemplatePart>();
        var at = 0;
        error = "";
        while (at < text.Length && error.Length == 0)
        {
            var open = text.IndexOf("{{", at, StringComparison.Ordinal);
            var literalEnd = open < 0 ? text.Length : open;
            if (literalEnd > at)
                parts.Add(new TemplatePart(text[at..literalEnd], null));
            at = open < 0 ? text.Length : ReadExpression(text, open, parts, out error);
        }

        template = new Template(parts);
        return error.Length == 0;
    }

    private static int ReadExpression(string text, int open, List<TemplatePart> parts, out string error)
    {
        var close = text.IndexOf("}}", open, StringComparison.Ordinal);
        if (close < 0)
        {
            error = "has {{ without }}";
            return text.Length;
        }

        var scanner = new ExpressionScanner(text[(open + 2)..close]);
        if (scanner.Read() is { } expression)
            parts.Add(new TemplatePart(null, expression));
        error = scanner.Error;
        return close + 2;
    }

    // One expression, read from left to right. The first fault wins.
    private sealed class ExpressionScanner(string text)
    {
        private int _at;

        public string Error { get; private set; } = "";

        public TemplateExpression? Read()
        {
            var name = Name();
            var arguments = Error.Length == 0 && Take('(') ? Arguments() : TemplateFunctions.NeedsNoParentheses(name) ? [] : null;
            Space();
            if (Error.Length == 0 && _at < text.Length)
                Fail();
            var expression = new TemplateExpression(name, arguments);
            if (Error.Length == 0)
                Error = TemplateFunctions.Check(expression) ?? "";
            return Error.Length == 0 ? expression : null;
        }

        private List<TemplateArgument> Arguments()
        {
            var arguments = new List<TemplateArgument>();
            if (Take(')'))
                return arguments;
            do
                arguments.Add(Argument());
            while (Error.Length == 0 && Take(','));
            if (Error.Length == 0 && !Take(')'))
                Fail();
            return arguments;
        }

        private TemplateArgument Argument()
        {
            Space();
            var first = _at < text.Length ? text[_at] : '\0';
            if (first is '\'' or '"')
                return new TemplateArgument(null, Quoted(first), null);
            return char.IsAsciiDigit(first) || first is '-' or '.'
                ? new TemplateArgument(Number(), null, null)
                : new TemplateArgument(null, null, Name());
        }

        private string Quoted(char quote)
        {
            var end = text.IndexOf(quote, _at + 1);
            if (end < 0)
            {
                Fail();
                return "";
            }

            var inside = text[(_at + 1)..end];
            _at = end + 1;
            return inside;
        }

        private double Number()
        {
            var from = _at;
            while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] is '-' or '.'))
                _at++;
            if (!double.TryParse(text[from.._at], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                Fail();
            return number;
        }

        private string Name()
        {
            Space();
            var from = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '-' or '.'))
                _at++;
            var name = text[from.._at];
            if (name.Split('.').Any(part => part.Length == 0 || !(char.IsAsciiLetter(part[0]) || part[0] == '_')))
                Fail();
            return name;
        }

        private bool Take(char wanted)
        {
            Space();
            if (_at >= text.Length || text[_at] != wanted)
                return false;
            _at++;
            return true;
        }

        private void Space()
        {
            while (_at < text.Length && text[_at] == ' ')
                _at++;
        }

        private void Fail()
        {
            if (Error.Length == 0)
                Error = $"has an expression that cannot be read: {{{{{text}}}}}";
        }
    }
}
