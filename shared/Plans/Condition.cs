using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>
/// What must hold of a value a template could name: a variable, a column of data, <c>env.NAME</c>, <c>user.iteration</c> or a
/// figure of the profile. Exactly one of the other members is set. A variable keeps its value from one iteration to the next;
/// one that was never set is empty.
/// </summary>
public sealed record Condition
{
    /// <summary>The value's name, as it stands between the braces of a template.</summary>
    public string Variable { get; init; } = "";

    /// <summary>What the value must be, as text. A template.</summary>
    [JsonPropertyName("equals")]
    public string? EqualTo { get; init; }

    /// <summary>True when the value must not be empty, false when it must be.</summary>
    public bool? Exists { get; init; }

    /// <summary>A regular expression the value must match somewhere.</summary>
    public string? Matches { get; init; }

    internal string InWords => this switch
    {
        { EqualTo: { } text } => $"{Variable} is '{text}'",
        { Matches: { } pattern } => $"{Variable} matches {pattern}",
        { Exists: false } => $"{Variable} is empty",
        _ => $"{Variable} is there",
    };

    internal static Condition? Read(DocumentNode parent, string name)
    {
        if (parent.Object(name) is not { } node)
            return null;
        var condition = new Condition
        {
            Variable = ReadVariable(node),
            EqualTo = ReadText(node, "equals"),
            Exists = node.Has("exists") ? node.Flag("exists", true) : null,
            Matches = Extraction.RegexOf(node, "matches"),
        };
        if (new[] { "equals", "exists", "matches" }.Count(node.Has) != 1)
            parent.Error(name, "must have exactly one of equals, exists and matches");
        node.RefuseUnknown();
        return condition;
    }

    /// <summary>The templates of a condition that stands in a member; names in <paramref name="gives"/> are known besides.</summary>
    internal IEnumerable<StepTemplate> Templates(string member, IEnumerable<string>? gives = null)
    {
        if (Variable.Length > 0)
            yield return new StepTemplate($"{member}.variable", "{{" + Variable + "}}", gives);
        if (EqualTo is not null)
            yield return new StepTemplate($"{member}.equals", EqualTo, gives);
    }

    private static string ReadVariable(DocumentNode node)
    {
        var name = node.RequiredText("variable");
        if (name.Length == 0 || (Template.TryParse("{{" + name + "}}", out var template, out _) && template.Single is { Arguments: null }))
            return name;
        node.Error("variable", "is not the name of a value, such as token or users.role");
        return "";
    }

    private static string? ReadText(DocumentNode node, string name) => node.Raw(name) switch
    {
        JsonValue value when value.GetValueKind() != JsonValueKind.String => value.ToJsonString(),
        _ => node.Text(name, 10_000, min: 0),
    };
}
