using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Loadstone.Plans;

/// <summary>Reads plan files: YAML 1.2 (of which JSON is a part), with the line of each error.</summary>
public static class PlanFile
{
    // A few hundred bytes of YAML aliases can stand for billions of nodes.
    private const int MostNodes = 500_000;
    private const int Deepest = 64;

    /// <summary>Reads a plan from the text of a file.</summary>
    /// <exception cref="InvalidPlanException">The text is no valid plan; the exception names every bad field and its line.</exception>
    public static TestPlan Parse(string text)
    {
        var errors = new DocumentErrors();
        var document = ToJson(text, errors);
        var plan = errors.None ? TestPlan.Read(document, errors) : new TestPlan();
        return errors.None ? plan : throw new InvalidPlanException(errors);
    }

    /// <summary>Turns YAML text into JSON, noting syntax errors and remembering lines. Null when the text is not YAML.</summary>
    public static JsonNode? ToJson(string text, DocumentErrors errors)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 1)
                return Storable(new Converter(errors).Convert(stream.Documents[0].RootNode, "", 0), errors);
            errors.Add("", stream.Documents.Count == 0 ? "the file is empty" : "the file has more than one document");
        }
        catch (YamlException e)
        {
            errors.Lines[""] = (int)e.Start.Line;
            errors.Add("", "is not YAML: " + (e.InnerException?.Message ?? e.Message).TrimEnd('.'));
        }

        return null;
    }

    private sealed class Converter(DocumentErrors errors)
    {
        private int _nodes;

        public JsonNode? Convert(YamlNode node, string path, int depth)
        {
            errors.Lines.TryAdd(path, (int)node.Start.Line);
            if (++_nodes > MostNodes || depth > Deepest)
                throw new YamlException(node.Start, node.End, "the document is too large or too deep");
            return node switch
            {
                YamlMappingNode map => Object(map, path, depth),
                YamlSequenceNode list => new JsonArray([.. list.Select((e, i) => Convert(e, $"{path}[{i}]", depth + 1))]),
                YamlScalarNode scalar => Scalar(scalar),
                _ => null,
            };
        }

        private JsonObject Object(YamlMappingNode map, string path, int depth)
        {
            var members = new JsonObject();
            foreach (var (key, value) in map)
            {
                var name = (key as YamlScalarNode)?.Value ?? throw new YamlException(key.Start, key.End, "a member's name must be a text");
                members[name] = Convert(value, path.Length == 0 ? name : $"{path}.{name}", depth + 1);
            }

            return members;
        }

        // The YAML 1.2 core schema, for scalars without quotes.
        private static JsonNode? Scalar(YamlScalarNode scalar)
        {
            var text = scalar.Value ?? "";
            if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any))
                return JsonValue.Create(text);
            return text switch
            {
                "" or "~" or "null" or "Null" or "NULL" => null,
                "true" or "True" or "TRUE" => JsonValue.Create(true),
                "false" or "False" or "FALSE" => JsonValue.Create(false),
                _ => Number(text) ?? JsonValue.Create(text),
            };
        }

        // Parsed as JSON, so that a number of a file and one from the wire are the same kind of node.
        private static JsonNode? Number(string text)
        {
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
                return JsonNode.Parse(whole.ToString(CultureInfo.InvariantCulture));
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? JsonNode.Parse(number.ToString("R", CultureInfo.InvariantCulture))
                : null;
        }
    }

    /// <summary>Parses JSON for a plan or another resource; a syntax error is noted with its position.</summary>
    public static JsonNode? ParseJson(string text, DocumentErrors errors)
    {
        try
        {
            return Storable(JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = Deepest, AllowDuplicateProperties = false }), errors);
        }
        catch (JsonException e)
        {
            errors.Add("", e.LineNumber is null ? "names a member twice" : $"is not JSON: line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}");
        }
        catch (InvalidOperationException)
        {
            errors.Add("", "has a member whose name is no text");
        }

        return null;
    }

    private static JsonNode? Storable(JsonNode? document, DocumentErrors errors)
    {
        UnstorableText.Refuse(document, "", errors);
        return document;
    }
}
