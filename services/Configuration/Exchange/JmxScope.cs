using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Loadstone.Configuration.Exchange;

/// <summary>What holds at a place of a JMeter plan: defaults, headers, pauses, assertions, and where its variables come from.</summary>
internal sealed partial record JmxScope(
    ImmutableDictionary<string, string> Defaults, ImmutableDictionary<string, string> Headers, ImmutableDictionary<string, string> Variables,
    ImmutableDictionary<string, string> Columns, TimeSpan Pause, ImmutableList<XElement> Assertions)
{
    private static readonly string[] Configurations =
        ["ConfigTestElement", "HeaderManager", "Arguments", "CSVDataSet", "ConstantTimer", "UniformRandomTimer", "GaussianRandomTimer", "ResponseAssertion", "CookieManager", "CacheManager", "ResultCollector"];

    public static readonly JmxScope Empty = new(
        ImmutableDictionary<string, string>.Empty, ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase), ImmutableDictionary<string, string>.Empty,
        ImmutableDictionary<string, string>.Empty, TimeSpan.Zero, []);

    /// <summary>True for what is read as what holds in a tree, or what needs nothing done.</summary>
    public static bool IsConfiguration(XElement element) => Configurations.Contains(element.Name.LocalName);

    /// <summary>The elements of a hash tree, each with the tree of what it holds; disabled ones are named and left out.</summary>
    public static IEnumerable<(XElement Element, XElement Held)> Children(XElement tree, Import import)
    {
        foreach (var element in tree.Elements().Where(e => e.Name.LocalName != "hashTree"))
        {
            if ((string?)element.Attribute("enabled") == "false")
                import.Warn($"The {element.Name.LocalName} {NameOf(element, import)} is disabled and left out");
            else
                yield return (element, element.ElementsAfterSelf().FirstOrDefault() is { Name.LocalName: "hashTree" } held ? held : new XElement("hashTree"));
        }
    }

    public static string NameOf(XElement element, Import import) => import.Text(Import.Short((string?)element.Attribute("testname") ?? "", 100));

    /// <summary>A property by its name, wherever below the element it stands; an attribute for <c>testname</c>.</summary>
    public static string? Property(XElement element, string name) => name == "testname" ? (string?)element.Attribute(name)
        : element.Descendants().FirstOrDefault(e => (string?)e.Attribute("name") == name)?.Value;

    public JmxScope WithVariables(XElement arguments) => this with { Variables = Variables.SetItems(Pairs(arguments, "Argument.name", "Argument.value")) };

    /// <summary>The same with what stands in a tree for all of it.</summary>
    public JmxScope With(XElement tree, Import import) => Children(tree, import).Aggregate(this, (scope, child) => scope.Joined(child.Element, import));

    private JmxScope Joined(XElement element, Import import)
    {
        switch (element.Name.LocalName)
        {
            case "ConfigTestElement":
                return this with { Defaults = Defaults.SetItems(new[] { "domain", "port", "protocol", "path" }.Select(n => KeyValuePair.Create(n, Property(element, $"HTTPSampler.{n}") ?? "")).Where(p => p.Value.Length > 0)) };
            case "HeaderManager":
                return this with { Headers = Headers.SetItems(Pairs(element, "Header.name", "Header.value")) };
            case "Arguments":
                return WithVariables(element);
            case "CSVDataSet":
                return WithData(element, import);
            case "ConstantTimer" or "UniformRandomTimer" or "GaussianRandomTimer":
                return this with { Pause = Pause + PauseOf(element, import) };
            case "ResponseAssertion":
                return this with { Assertions = Assertions.Add(element) };
            case "CookieManager" or "CacheManager" or "ResultCollector":
                import.Warn($"The {element.Name.LocalName} {NameOf(element, import)} is not needed: cookies are kept and results are recorded without it, and nothing is cached");
                return this;
            default:
                return this;
        }
    }

    /// <summary>The pairs of name and value below an element.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Pairs(XElement element, string name, string value) => element.Descendants("elementProp")
        .Select(e => (Name: Direct(e, name), Value: Direct(e, value))).Where(p => p.Name is { Length: > 0 }).DistinctBy(p => p.Name).Select(p => KeyValuePair.Create(p.Name!, p.Value ?? ""));

    public static string? Direct(XElement element, string name) => element.Elements().FirstOrDefault(e => (string?)e.Attribute("name") == name)?.Value;

    // The rows are in a file that is not here; the plan names it, and its columns.
    private JmxScope WithData(XElement element, Import import)
    {
        var file = Property(element, "filename") ?? "";
        var name = NoName().Replace(System.IO.Path.GetFileNameWithoutExtension(file.Replace('\\', '/')), "_").Trim('_');
        if (name.Length == 0 || !char.IsAsciiLetter(name[0]) || name is "env" or "user" or "profile" or "message" or "random" or "now" or "fake")
            name = "data_" + name;
        import.Data[name] = new System.Text.Json.Nodes.JsonObject { ["file"] = Import.Short(file.Length == 0 ? "data.csv" : System.IO.Path.GetFileName(file.Replace('\\', '/')), 500) };
        import.Warn($"The CSV data set {NameOf(element, import)} is read from {import.Text(System.IO.Path.GetFileName(file.Replace('\\', '/')))} beside the plan, which must have a header line: {import.Text(Import.Short(Property(element, "variableNames") ?? "", 300))}");
        var columns = (Property(element, "variableNames") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return this with { Columns = Columns.SetItems(columns.Select(c => KeyValuePair.Create(c, $"{name}.{NoName().Replace(c, "_")}"))) };
    }

    // JMeter waits before a request, a step after it: the pace is the same.
    private static TimeSpan PauseOf(XElement timer, Import import)
    {
        double Ms(string property) => double.TryParse(Property(timer, property), NumberStyles.Float, CultureInfo.InvariantCulture, out var ms) ? Math.Clamp(ms, 0, 600_000) : 0;
        var (fixedMs, range) = (Ms("ConstantTimer.delay"), Ms("RandomTimer.range"));
        if (range > 0)
            import.Warn($"The {timer.Name.LocalName} {NameOf(timer, import)} is taken over by its mean");
        return TimeSpan.FromMilliseconds(fixedMs + (timer.Name.LocalName == "UniformRandomTimer" ? range / 2 : 0));
    }

    [GeneratedRegex("[^A-Za-z0-9_]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoName();
}
