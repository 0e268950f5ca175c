namespace Loadstone.Plans;

/// <summary>
/// The functions a template may call, and how many arguments of which kind each takes. Those of <c>fake.</c> make up people and
/// places that do not exist, and need no parentheses: <c>{{fake.name}}</c>. Addresses of mail are of the reserved example domains,
/// telephone numbers of those set aside for fiction (555-01xx), dates like <c>2027-05-31</c>, from 2020 to 2029 or between two
/// given ones.
/// </summary>
public static class TemplateFunctions
{
    private static readonly Dictionary<string, (int Least, int Most, bool Numbers)> Known = new()
    {
        ["random.int"] = (2, 2, true),
        ["random.text"] = (1, 1, true),
        ["random.uuid"] = (0, 0, true),
        ["pick"] = (1, 100, false),
        ["now.iso"] = (0, 0, true),
        ["now.unix_ms"] = (0, 0, true),
        ["fake.name"] = (0, 0, true),
        ["fake.first_name"] = (0, 0, true),
        ["fake.last_name"] = (0, 0, true),
        ["fake.user_name"] = (0, 0, true),
        ["fake.email"] = (0, 0, true),
        ["fake.phone"] = (0, 0, true),
        ["fake.street"] = (0, 0, true),
        ["fake.city"] = (0, 0, true),
        ["fake.zip"] = (0, 0, true),
        ["fake.country"] = (0, 0, true),
        ["fake.company"] = (0, 0, true),
        ["fake.job"] = (0, 0, true),
        ["fake.date"] = (0, 2, false),
        ["fake.word"] = (0, 0, true),
        ["fake.sentence"] = (0, 0, true),
        ["fake.paragraph"] = (0, 0, true),
    };

    /// <summary>The names, for messages and editors.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>What is wrong with a call, in one sentence; null when nothing is. A plain name is never wrong here.</summary>
    public static string? Check(TemplateExpression expression)
    {
        if (expression.Arguments is not { } arguments)
            return null;
        if (!Known.TryGetValue(expression.Name, out var known))
            return $"calls the unknown function {expression.Name}; there are {string.Join(", ", Like(expression))}";
        if (arguments.Count < known.Least || arguments.Count > known.Most)
            return $"calls {expression.Name} with {arguments.Count} arguments";
        if (known.Numbers && arguments.Any(a => a.Number is null))
            return $"calls {expression.Name} with an argument that is not a number";
        return CheckRange(expression.Name, arguments);
    }

    /// <summary>Whether a name alone is a call already.</summary>
    internal static bool NeedsNoParentheses(string name) => name.StartsWith("fake.", StringComparison.Ordinal);

    // Those of the same family, or all when there is none.
    private static List<string> Like(TemplateExpression expression)
    {
        var family = Names.Where(n => n.StartsWith(expression.Root + ".", StringComparison.Ordinal)).ToList();
        return family.Count > 0 ? family : [.. Names];
    }

    private static string? CheckRange(string name, IReadOnlyList<TemplateArgument> arguments) => name switch
    {
        "random.int" when arguments[0].Number > arguments[1].Number => "calls random.int with the larger number first",
        "random.int" when arguments.Any(a => Math.Abs(a.Number ?? 0) > 9e15) => "calls random.int with a number beyond 9e15",
        "fake.date" when arguments is not ([] or [{ Text: not null }, { Text: not null }]) => "calls fake.date with something else than two quoted dates",
        "fake.date" when arguments.Any(a => !DateOnly.TryParseExact(a.Text, "yyyy-MM-dd", out _)) => "calls fake.date with a date that is not like '2027-05-31'",
        "fake.date" when arguments is [var from, var to] && string.CompareOrdinal(from.Text, to.Text) > 0 => "calls fake.date with the later date first",
        "random.text" when arguments[0].Number is < 1 or > 100_000 => "calls random.text with a length that is not 1 to 100000",
        _ => null,
    };
}
