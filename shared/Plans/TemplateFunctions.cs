namespace Loadstone.Plans;

/// <summary>The functions a template may call, and how many arguments of which kind each takes.</summary>
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
    };

    /// <summary>The names, for messages and editors.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>What is wrong with a call, in one sentence; null when nothing is. A plain name is never wrong here.</summary>
    public static string? Check(TemplateExpression expression)
    {
        if (expression.Arguments is not { } arguments)
            return null;
        if (!Known.TryGetValue(expression.Name, out var known))
            return $"calls the unknown function {expression.Name}; there are {string.Join(", ", Names)}";
        if (arguments.Count < known.Least || arguments.Count > known.Most)
            return $"calls {expression.Name} with {arguments.Count} arguments";
        if (known.Numbers && arguments.Any(a => a.Number is null))
            return $"calls {expression.Name} with an argument that is not a number";
        return CheckRange(expression.Name, arguments);
    }

    private static string? CheckRange(string name, IReadOnlyList<TemplateArgument> arguments) => name switch
    {
        "random.int" when arguments[0].Number > arguments[1].Number => "calls random.int with the larger number first",
        "random.int" when arguments.Any(a => Math.Abs(a.Number ?? 0) > 9e15) => "calls random.int with a number beyond 9e15",
        "random.text" when arguments[0].Number is < 1 or > 100_000 => "calls random.text with a length that is not 1 to 100000",
        _ => null,
    };
}
