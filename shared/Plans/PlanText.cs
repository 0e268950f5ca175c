using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Loadstone.Plans;

/// <summary>Writes plans as the files that <see cref="PlanFile"/> reads back to the same plan.</summary>
public static partial class PlanText
{
    // Read by people and by nothing that would take it for HTML.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The plan as YAML, with the line that lets editors complete it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="schema">Where its schema is; null leaves the line out.</param>
    public static string Yaml(TestPlan plan, string? schema = null)
    {
        var text = new StringWriter();
        if (schema is not null)
            text.Write($"# yaml-language-server: $schema={schema}\n");
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(emitter, plan.ToJson());
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    /// <summary>The plan as indented JSON.</summary>
    public static string Json(TestPlan plan) => plan.ToJson().ToJsonString(Readable) + "\n";

    private static void Write(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json:
                emitter.Emit(new MappingStart(null, null, isImplicit: true, json.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (name, value) in json)
                {
                    WriteText(emitter, name);
                    Write(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(null, null, isImplicit: true, list.All(e => e is JsonValue) ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var element in list)
                    Write(emitter, element);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                WriteText(emitter, value.GetValue<string>());
                break;
            default:
                emitter.Emit(new Scalar(null, null, node?.ToJsonString() ?? "null", ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));
                break;
        }
    }

    // In quotes unless it is so plain that it can be nothing but a text.
    private static void WriteText(Emitter emitter, string text)
    {
        var style = Plain().IsMatch(text) && text is not ("null" or "Null" or "NULL" or "true" or "True" or "TRUE" or "false" or "False" or "FALSE") ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted;
        emitter.Emit(new Scalar(null, null, text, style, isPlainImplicit: style == ScalarStyle.Plain, isQuotedImplicit: true));
    }

    // What begins with a letter that can be part of a number ("Infinity", "NaN", "e5") is no number of a plan: those are read as JSON has them.
    [GeneratedRegex("^[A-Za-z_/](?:[A-Za-z0-9_/.-]| (?=[A-Za-z0-9_/.-]))*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Plain();
}
