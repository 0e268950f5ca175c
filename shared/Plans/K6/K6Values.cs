using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Loadstone.Plans.K6;

/// <summary>
/// Writes what a scenario's templates stand for as JavaScript expressions. Whatever an author wrote becomes a JSON literal, in which
/// all that is not plain ASCII, and every quote, backtick and angle bracket, is escaped: no text can be anything but a text.
/// </summary>
internal sealed class K6Values(TestPlan plan, Scenario scenario)
{
    private static readonly string[] RealNumbers = ["profile.messages_per_hour", "profile.talk_share", "profile.video", "profile.screen_share"];
    private static readonly string[] WholeNumbers = ["user.index", "user.iteration", "profile.reaction_time", "profile.session_length"];
    private readonly HashSet<string> _variables = [.. scenario.DataTemplates?.Keys ?? [], .. scenario.Journey.SelectMany(s => s.Sets), WebSocketMessage.Id, WebSocketMessage.Text];

    /// <summary>A text as a literal.</summary>
    public static string Literal(string text) => JsonSerializer.Serialize(text);

    /// <summary>A list of literals.</summary>
    public static string Literals(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Literal))}]";

    /// <summary>A number as a literal.</summary>
    public static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The members of an object; a name can be any text, also one that means something to JavaScript.</summary>
    public static string Object(IEnumerable<(string Name, string Expression)> members)
    {
        var all = string.Join(", ", members.Select(m => $"{(m.Name == "__proto__" ? "[\"__proto__\"]" : Literal(m.Name))}: {m.Expression}"));
        return all.Length == 0 ? "{}" : $"{{ {all} }}";
    }

    /// <summary>A template as an expression that gives a text.</summary>
    public string Text(string template) => Join(template, Literal, value => value);

    /// <summary>A template that is percent-encoded as a whole.</summary>
    public string Encoded(string template) => Join(template, text => Literal(Uri.EscapeDataString(text)), value => $"encode({value})");

    /// <summary>The address of a request: the values in it are percent-encoded, unless the whole of it is one.</summary>
    public string Url(string path, IReadOnlyDictionary<string, string>? query = null)
    {
        var url = path.StartsWith("{{", StringComparison.Ordinal) ? Text(path) : Join(path, text => Literal(EscapeForPath(text)), value => $"encode({value})");
        var separator = path.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        foreach (var (name, value) in query ?? new Dictionary<string, string>())
        {
            url += $" + {Literal($"{separator}{Uri.EscapeDataString(name)}=")} + {Encoded(value)}";
            separator = "&";
        }

        return url;
    }

    /// <summary>A JSON document whose texts are templates. A text that is one number's expression becomes a number.</summary>
    public string Json(JsonNode? json) => json switch
    {
        JsonObject members => Object(members.Select(m => (m.Key, Json(m.Value)))),
        JsonArray elements => $"[{string.Join(", ", elements.Select(Json))}]",
        JsonValue value when value.TryGetValue<string>(out var text) => Parse(text).Single is { } only && IsNumber(only) ? ValueOf(only) : Text(text),
        _ => json?.ToJsonString() ?? "null",
    };

    /// <summary>The value of a name, as it stands between the braces of a template.</summary>
    public string ValueOf(string name) => ValueOf(Parse("{{" + name + "}}").Single!);

    private static Template Parse(string text) => Template.TryParse(text, out var template, out var error) ? template : throw new FormatException(error);

    private string Join(string text, Func<string, string> literal, Func<string, string> value)
    {
        var parts = Parse(text).Parts.Select(p => p.Expression is { } expression ? value(ValueOf(expression)) : literal(p.Literal!)).ToList();
        return parts switch
        {
            [] => "\"\"",
            [var only] when only.StartsWith('"') => only,
            _ => (parts[0].StartsWith('"') ? "" : "\"\" + ") + string.Join(" + ", parts),
        };
    }

    private bool IsNumber(TemplateExpression expression) => expression.Arguments is not null ? expression.Name is "random.int" or "now.unix_ms"
        : !_variables.Contains(expression.Name) && (RealNumbers.Contains(expression.Name) || WholeNumbers.Contains(expression.Name));

    private string ValueOf(TemplateExpression expression)
    {
        if (expression.Arguments is { } arguments)
            return Call(expression.Name, arguments);
        var rest = expression.Name[expression.Root.Length..].TrimStart('.');
        if (_variables.Contains(expression.Name))
            return $"value({Literal(expression.Name)})";
        return expression.Root switch
        {
            "env" => $"env({Literal(rest)})",
            "user" when rest is "index" => "exec.vu.idInTest",
            "user" => "(exec.vu.iterationInInstance + 1)",
            "profile" when WholeNumbers.Contains(expression.Name) => $"Math.round(own({Literal(rest)}))",
            "profile" => $"own({Literal(rest)})",
            _ => $"column({Literal(expression.Root)}, {Literal(rest.Length == 0 ? Feeder.ValueColumn : rest)})",
        };
    }

    private string Call(string name, IReadOnlyList<TemplateArgument> arguments) => name switch
    {
        "random.int" => $"randomInt({Number(Math.Truncate(arguments[0].Number!.Value))}, {Number(Math.Truncate(arguments[1].Number!.Value))})",
        "random.text" => $"randomText({Number(Math.Truncate(arguments[0].Number!.Value))})",
        "random.uuid" => "uuid()",
        "now.iso" => "new Date().toISOString()",
        "now.unix_ms" => "Date.now()",
        "pick" => $"pick([{string.Join(", ", arguments.Select(Choices))}])",
        _ => $"fake.{name["fake.".Length..]}({string.Join(", ", arguments.Select(a => Literal(a.Text ?? "")))})",
    };

    private string Choices(TemplateArgument argument)
    {
        if (argument.Name is not { } list)
            return Literal(argument.Text ?? Number(argument.Number!.Value));
        return plan.ScenarioConfig.DataGeneration?.ContainsKey(list) == true
            ? $"...DATA.get({Literal(list)}).rows.map((row) => Object.values(row)[0])"
            : $"...listOf(env({Literal(list.StartsWith("env.", StringComparison.Ordinal) ? list[4..] : list)}))";
    }

    private static string EscapeForPath(string text)
    {
        var escaped = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
            escaped.Append(rune.Value is > ' ' and < 0x7f ? rune.ToString() : Uri.EscapeDataString(rune.ToString()));
        return escaped.ToString();
    }
}
