using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Loadstone.Plans;

namespace Loadstone.Configuration.Exchange;

/// <summary>The samplers and controllers of a JMeter plan as steps.</summary>
internal sealed partial class JmxSteps(JmxScope outer, Import import)
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];
    private static readonly string[] Extractors = ["RegexExtractor", "JSONPostProcessor"];
    private readonly HashSet<string> _extracted = [];

    public JsonArray Of(XElement tree) => Of(tree, outer);

    private JsonArray Of(XElement tree, JmxScope above)
    {
        var (scope, steps) = (above.With(tree, import), new JsonArray());
        foreach (var (element, held) in JmxScope.Children(tree, import))
        {
            foreach (var step in StepsOf(element, held, scope))
                steps.Add(step);
        }

        return steps;
    }

    private List<JsonObject> StepsOf(XElement element, XElement held, JmxScope scope)
    {
        var name = JmxScope.Property(element, "testname") is { Length: > 0 } given ? Import.Short(given, 200) : element.Name.LocalName;
        switch (element.Name.LocalName)
        {
            case "HTTPSamplerProxy" or "HTTPSampler":
                return RequestOf(element, held, scope, name) is { } request ? [request] : [];
            case "TransactionController":
                return Holding(Of(held, scope), steps => new JsonObject { ["action"] = "group", ["name"] = name, ["steps"] = steps });
            case "LoopController" when int.TryParse(JmxScope.Property(element, "LoopController.loops"), NumberStyles.None, CultureInfo.InvariantCulture, out var loops) && loops is > 0 and <= 100_000:
                return Holding(Of(held, scope), steps => new JsonObject { ["action"] = "repeat", ["times"] = loops, ["steps"] = steps });
            case "GenericController":
                return Loose(Of(held, scope));
            case var configuration when JmxScope.IsConfiguration(element) || Extractors.Contains(configuration):
                return [];
            default:
                var inside = Of(held, scope);
                import.Warn($"The {element.Name.LocalName} {JmxScope.NameOf(element, import)} is not understood and left out" + (inside.Count > 0 ? "; what it holds is done always, once" : ""));
                return Loose(inside);
        }
    }

    private static List<JsonObject> Holding(JsonArray steps, Func<JsonArray, JsonObject> holder) =>
        steps.Count == 0 ? [] : steps.Count <= 100 ? [holder(steps)] : Loose(steps);

    private static List<JsonObject> Loose(JsonArray steps)
    {
        var all = steps.Select(s => s!.AsObject()).ToList();
        steps.Clear();
        return all;
    }

    private JsonObject? RequestOf(XElement sampler, XElement held, JmxScope outside, string name)
    {
        var scope = outside.With(held, import);
        var method = JmxScope.Property(sampler, "HTTPSampler.method") is { Length: > 0 } given ? given.ToUpperInvariant() : "GET";
        if (!Methods.Contains(method))
        {
            import.Warn($"The request {import.Text(name)} left out: a step has no method {import.Text(method)}");
            return null;
        }

        if (PathOf(sampler, scope) is not { } path)
            return null;
        var step = new JsonObject { ["action"] = "http", ["name"] = name, ["method"] = method, ["path"] = Import.Short(path, 2000) };
        AddArguments(step, sampler, method, scope);
        var headers = new JsonObject(scope.Headers.Where(h => !h.Key.Equals("cookie", StringComparison.OrdinalIgnoreCase) && h.Key.AsSpan().IndexOfAny(" :\r\n") < 0 && h.Value.AsSpan().IndexOfAny("\r\n") < 0)
            .OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => KeyValuePair.Create(h.Key, (JsonNode?)ValueOf(h.Key, h.Value, scope))));
        if (headers.Count > 0)
            step["headers"] = headers;
        if (JmxScope.Property(sampler, "HTTPSampler.follow_redirects") == "false" && JmxScope.Property(sampler, "HTTPSampler.auto_redirects") != "true")
            step["redirects"] = 0;
        if (scope.Pause > TimeSpan.Zero)
            step["think_time"] = DurationText.Format(scope.Pause);
        AddChecks(step, scope);
        AddExtractions(step, held);
        WarnOfOthers(held);
        return step;
    }

    private string? PathOf(XElement sampler, JmxScope scope)
    {
        string Part(string name) => JmxScope.Property(sampler, $"HTTPSampler.{name}") is { Length: > 0 } own ? own : scope.Defaults.GetValueOrDefault(name, "");
        var (host, path) = (Part("domain"), Part("path"));
        if (path.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || path.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return Uri.TryCreate(path, UriKind.Absolute, out var whole) && import.PathOf(whole) is { } below ? Filled(below, scope) : null;
        path = path.StartsWith('/') ? path : "/" + path;
        // A host that is itself a variable can only mean the target.
        if (host.Length == 0 || host.Contains("${", StringComparison.Ordinal))
            return Filled(path, scope);
        var port = Part("port") is { Length: > 0 } given && !given.Contains("${", StringComparison.Ordinal) ? $":{given}" : "";
        if (!Uri.TryCreate($"{(Part("protocol") is { Length: > 0 } scheme ? scheme.ToLowerInvariant() : "http")}://{host}{port}", UriKind.Absolute, out var origin))
        {
            import.Warn($"The request {JmxScope.NameOf(sampler, import)} left out: its address cannot be read");
            return null;
        }

        return import.PathOf(origin) is not { } prefix ? null : Filled(prefix == "/" ? path : prefix.TrimEnd('/') + path, scope);
    }

    private void AddArguments(JsonObject step, XElement sampler, string method, JmxScope scope)
    {
        var arguments = sampler.Descendants("elementProp").Where(e => (string?)e.Attribute("elementType") == "HTTPArgument")
            .Select(e => (Name: JmxScope.Direct(e, "Argument.name") ?? "", Value: JmxScope.Direct(e, "Argument.value") ?? "")).ToList();
        if (arguments.Count == 0)
            return;
        if (JmxScope.Property(sampler, "HTTPSampler.postBodyRaw") == "true" || arguments.All(a => a.Name.Length == 0))
        {
            var raw = string.Concat(arguments.Select(a => a.Value));
            if (Json(raw) is { } json)
                step["json"] = Filled(json, "", scope);
            else
                step["body"] = Filled(Import.Short(raw, 1_000_000), scope);
        }
        else
        {
            step[method is "GET" or "DELETE" or "HEAD" or "OPTIONS" ? "query" : "form"] =
                new JsonObject(arguments.Where(a => a.Name.Length > 0).DistinctBy(a => a.Name).Select(a => KeyValuePair.Create(a.Name, (JsonNode?)ValueOf(a.Name, a.Value, scope))));
        }
    }

    private void AddChecks(JsonObject step, JmxScope scope)
    {
        var checks = new JsonArray();
        foreach (var assertion in scope.Assertions)
        {
            var texts = assertion.Descendants("collectionProp").Where(c => ((string?)c.Attribute("name")) is "Asserion.test_strings" or "Assertion.test_strings").Elements("stringProp").Select(s => s.Value).ToList();
            var kind = int.TryParse(JmxScope.Property(assertion, "Assertion.test_type"), out var given) ? given : 16;
            var field = JmxScope.Property(assertion, "Assertion.test_field");
            if (field == "Assertion.response_code" && (kind & 4) == 0 && texts.Count > 0 && texts.All(t => int.TryParse(t, out var code) && code is >= 100 and <= 599))
                checks.Add(new JsonObject { ["status"] = texts.Count == 1 ? int.Parse(texts[0], CultureInfo.InvariantCulture) : new JsonArray([.. texts.Select(t => JsonValue.Create(int.Parse(t, CultureInfo.InvariantCulture)))]) });
            else if (field is "Assertion.response_data" && kind == 16)
                texts.Where(t => t.Length is > 0 and <= 10_000).ToList().ForEach(t => checks.Add(new JsonObject { ["text"] = t }));
            else
                import.Warn($"The assertion {JmxScope.NameOf(assertion, import)} is not understood and left out");
        }

        if (checks.Count > 0)
            step["checks"] = new JsonArray([.. checks.Take(50).Select(c => c!.DeepClone())]);
    }

    private void AddExtractions(JsonObject step, XElement held)
    {
        var all = new JsonObject();
        foreach (var (element, _) in JmxScope.Children(held, import).Where(c => Extractors.Contains(c.Element.Name.LocalName)))
        {
            var isRegex = element.Name.LocalName == "RegexExtractor";
            var variable = JmxScope.Property(element, isRegex ? "RegexExtractor.refname" : "JSONPostProcessor.referenceNames") ?? "";
            var place = JmxScope.Property(element, isRegex ? "RegexExtractor.regex" : "JSONPostProcessor.jsonPathExprs") ?? "";
            if (!Identifier().IsMatch(variable) || !(isRegex ? IsRegex(place) : JsonPath.TryParse(place, out _)))
            {
                import.Warn($"The {element.Name.LocalName} {JmxScope.NameOf(element, import)} is not understood and left out");
                continue;
            }

            all[variable] = new JsonObject { [isRegex ? "regex" : "json"] = place };
            _extracted.Add(variable);
        }

        if (all.Count > 0)
            step["extract"] = all;
    }

    private void WarnOfOthers(XElement held)
    {
        foreach (var (element, _) in JmxScope.Children(held, import).Where(c => !JmxScope.IsConfiguration(c.Element) && !Extractors.Contains(c.Element.Name.LocalName)))
            import.Warn($"The {element.Name.LocalName} {JmxScope.NameOf(element, import)} is not understood and left out");
    }

    private string ValueOf(string name, string text, JmxScope scope) =>
        Import.IsSecret(name) && text.Length > 0 && !text.Contains("${", StringComparison.Ordinal) ? import.Secret(name, $"the value of {import.Text(name)}") : Filled(Import.Short(text, 10_000), scope);

    private JsonNode? Filled(JsonNode? json, string member, JmxScope scope) => json switch
    {
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, Filled(m.Value, m.Key, scope)))),
        JsonArray elements => new JsonArray([.. elements.Select(e => Filled(e, member, scope))]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(ValueOf(member, text, scope)),
        _ => json?.DeepClone(),
    };

    // ${name} and the few functions that there are here too.
    private string Filled(string text, JmxScope scope) => Reference().Replace(import.Text(text), match => match.Groups["name"].Value switch
    {
        var name when RandomCall().Match(name) is { Success: true } call => $"{{{{random.int({call.Groups["from"].Value},{call.Groups["to"].Value})}}}}",
        "__UUID()" or "__UUID" => "{{random.uuid()}}",
        "__threadNum" or "__threadNum()" => "{{user.index}}",
        "__time()" or "__time" => "{{now.unix_ms()}}",
        var name when scope.Columns.TryGetValue(name, out var column) => $"{{{{{column}}}}}",
        var name when _extracted.Contains(name) => $"{{{{{name}}}}}",
        var name when scope.Variables.TryGetValue(name, out var value) && !value.Contains("${", StringComparison.Ordinal) => import.Value(name, value),
        var name => Unknown(name),
    });

    private string Unknown(string name)
    {
        import.Warn($"${{{import.Text(Import.Short(name, 100))}}} is a variable that nothing in the file gives: the environment must");
        return import.Secret(name, $"the variable {import.Text(Import.Short(name, 100))}");
    }

    private static JsonNode? Json(string text)
    {
        try
        {
            return text.TrimStart().StartsWith('{') || text.TrimStart().StartsWith('[') ? JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsRegex(string pattern)
    {
        try
        {
            return pattern.Length is > 0 and <= 1000 && new Regex(pattern, RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1)) is not null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\$\{(?<name>[^{}]{1,200})\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^__Random\(\s*(?<from>-?\d{1,9})\s*,\s*(?<to>-?\d{1,9})\s*(,[^)]*)?\)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RandomCall();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_-]{0,99}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Identifier();
}
