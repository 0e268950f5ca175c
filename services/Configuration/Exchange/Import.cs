using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Loadstone.Plans;

namespace Loadstone.Configuration.Exchange;

/// <summary>What somebody else's file is made into, while it is read: scenarios of steps, and all that could not be taken over, by name.</summary>
/// <param name="environment">The environment it is for.</param>
/// <param name="baseUrls">Where that is: requests may go nowhere else.</param>
internal sealed partial class Import(string environment, IReadOnlyList<string> baseUrls)
{
    private const int MostSteps = 500;
    private const int MostWarnings = 200;

    /// <summary>Templates that make up values where a file only says what kind they are.</summary>
    public static readonly IReadOnlyDictionary<string, string> GeneratorOf = new Dictionary<string, string>
    {
        ["uuid"] = "{{random.uuid()}}",
        ["date-time"] = "{{now.iso()}}",
        ["date"] = "{{fake.date()}}",
        ["email"] = "{{fake.email}}",
        [""] = "{{fake.word}}",
    };

    private static readonly HashSet<string> Generators = [.. GeneratorOf.Values];

    private readonly List<Uri> _baseUrls = [.. baseUrls.Select(b => new Uri(b))];
    private readonly Dictionary<string, int> _elsewhere = [];
    private readonly List<string> _warnings = [];

    /// <summary>What is wrong with the file, by the place in it.</summary>
    public DocumentErrors Errors { get; } = new();

    /// <summary>Members of the plan beside its scenarios.</summary>
    public JsonObject Plan { get; } = [];

    public JsonObject Data { get; } = [];

    public JsonArray Scenarios { get; } = [];

    /// <summary>The variables that stand for what was secret; the environment must give them.</summary>
    public SortedDictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Warnings => [.. _warnings,
        .. _elsewhere.Select(e => $"{e.Value} request{(e.Value == 1 ? "" : "s")} to {e.Key} left out: it is none of the base_urls of the environment {environment}")];

    public void Warn(string sentence)
    {
        if (_warnings.Count < MostWarnings && !_warnings.Contains(sentence))
            _warnings.Add(sentence);
    }

    /// <summary>The path of a URL, or the whole of it when it goes to another base URL than the first; null, and noted, when it leads elsewhere.</summary>
    public string? PathOf(Uri url)
    {
        var place = PlaceOf(url);
        if (place >= 0)
            return place == 0 ? url.PathAndQuery : url.GetLeftPart(UriPartial.Query);
        var origin = url.GetLeftPart(UriPartial.Authority);
        _elsewhere[origin] = _elsewhere.GetValueOrDefault(origin) + 1;
        return null;
    }

    /// <summary>True when a URL leads to the environment.</summary>
    public bool IsHere(Uri url) => PlaceOf(url) >= 0;

    /// <summary>A variable that stands for a secret, as a template.</summary>
    public string Secret(string name, string insteadOf)
    {
        var variable = NoName().Replace(name.ToLowerInvariant(), "_").Trim('_');
        if (variable.Length == 0 || char.IsAsciiDigit(variable[0]))
            variable = "secret_" + variable;
        Variables.TryAdd(variable[..Math.Min(64, variable.Length)], insteadOf);
        return "{{env." + variable[..Math.Min(64, variable.Length)] + "}}";
    }

    /// <summary>A text that is to be sent as it is, though it looks like a template.</summary>
    public string Text(string text)
    {
        if (!text.Contains("{{", StringComparison.Ordinal) || Generators.Contains(text))
            return text;
        Warn("A text has {{ in it, which is a template here: it was divided");
        return BraceBeforeBrace().Replace(text, "{ ");
    }

    /// <summary>A JSON document to be sent, its secrets behind variables.</summary>
    public JsonNode? Json(JsonNode? json, string member = "") => json switch
    {
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, Json(m.Value, m.Key)))),
        JsonArray elements => new JsonArray([.. elements.Select(e => Json(e, member))]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Value(member, text)),
        _ => json?.DeepClone(),
    };

    /// <summary>The value of a parameter, field or member, or the variable that stands for it when its name says that it is secret.</summary>
    public string Value(string name, string text) => IsSecret(name) && text.Length > 0 ? Secret(name, $"the value of {name}") : Text(text);

    public void AddScenario(string name, JsonArray steps)
    {
        if (steps.Count > MostSteps)
        {
            Warn($"The first {MostSteps} of {steps.Count} steps of {name} are taken over: a journey has no more");
            while (steps.Count > MostSteps)
                steps.RemoveAt(steps.Count - 1);
        }

        if (steps.Count > 0)
            Scenarios.Add(new JsonObject { ["name"] = Short(name, 200), ["user_journey"] = steps });
    }

    /// <summary>The configuration that the file was made into.</summary>
    /// <param name="name">Its name.</param>
    public TestPlan? ToPlan(string name)
    {
        if (!Errors.None)
            return null;
        if (Scenarios.Count == 0)
        {
            Errors.Add("content", $"has no request that could be taken over for the environment {environment}. {string.Join(". ", Warnings.Take(10))}".TrimEnd());
            return null;
        }

        Plan["name"] = Short(name, 200);
        Plan["environment"] = environment;
        var config = (JsonObject?)Plan["scenario_config"] ?? [];
        Plan["scenario_config"] = config;
        config["scenarios"] = Scenarios;
        if (Data.Count > 0)
            config["data_generation"] = Data;
        return TestPlan.Read(Plan, Errors);
    }

    private int PlaceOf(Uri url) => _baseUrls.FindIndex(b => b.Scheme == url.Scheme && b.Authority == url.Authority);

    public static string Short(string text, int most) => text.Length <= most ? text : text[..most];

    public static bool IsSecret(string name) => SecretName().IsMatch(name);

    [GeneratedRegex("pass(word|wd|phrase)?$|secret|token|api[-_]?key|authorization|credential|^sig(nature)?$|session[-_]?id|csrf|xsrf|^pin$|^otp$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"\{(?=\{)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BraceBeforeBrace();

    [GeneratedRegex("[^a-z0-9_]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoName();
}
