using System.Text;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>Spoils what was right, in ways that a seed decides.</summary>
internal sealed class Mutations(Random random)
{
    // Stands for half a character, which a JsonNode cannot hold and a body can.
    private const string LoneSurrogate = "lone-surrogate";

    private const string Filler = "abcdefghijklmnopqrstuvwxyz";

    // What has broken other people's programs.
    private static readonly string[] Oddities =
    [
        "", " ", "\t\r\n", "\0", "a\0b", "null", "undefined", "NaN", "-1", "1e999", "9223372036854775808", "0x10", "true", "[]", "{}", "{{", "}}", "{{env.TOKEN}}", "{{random.int(9,1)}}",
        "{{{{{{{{", "' or 1=1 --", "'; drop table mt_events; --", "$(id)", "`id`", "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%00", "%", "%zz", "<script>alert(1)</script>",
        "\u202Eevil", "\uFEFF", "é", "e\u0301", "𝕏", "\ud83d\ude00", "İ", "ß", "\u2028", "file:///etc/passwd", "http://169.254.169.254/latest/meta-data", "http://127.0.0.1:5432", "gopher://x", "javascript:alert(1)",
        "2026-02-30", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "10m10m", "-5s", "1e5s", "P1D", "((((((((((((((((((((", "(a+)+$", "p(99", "p(101) < 5", "rate<", "* * * * *", "Europe/Nowhere",
    ];

    private static readonly string[] OddJson =
    [
        "null", "true", "false", "0", "-0", "-1", "1.5", "1e308", "-1e308", "1e999", "123456789012345678901234567890", "4294967296", "9007199254740993", "\"\"", "[]", "{}", "[[]]", "[null]", "{\"\":null}",
        $"\"{LoneSurrogate}\"", "\"\\u0000\"", "{\"$ref\":\"#/x\"}", "{\"__proto__\":{}}", "{\"$type\":\"System.Diagnostics.Process\"}", "{\"type\":\"nothing\"}", "[1,\"a\",null,{}]",
    ];

    public string Oddity() => random.Next(12) == 0 ? LongText() : Oddities[random.Next(Oddities.Length)];

    /// <summary>A body with one to three things changed; sometimes not JSON any more.</summary>
    public string Body(string json)
    {
        JsonNode? body;
        try
        {
            body = JsonNode.Parse(json);
        }
        catch (System.Text.Json.JsonException)
        {
            return Text(json);
        }

        if (random.Next(5) == 0)
            return Text(json);
        for (var i = random.Next(1, 4); i > 0; i--)
            body = Spoil(body);
        return body?.ToJsonString().Replace(LoneSurrogate, "\\ud800", StringComparison.Ordinal) ?? "null";
    }

    /// <summary>A text with characters lost, doubled, swapped or put in.</summary>
    public string Text(string text) => random.Next(6) switch
    {
        0 => text[..random.Next(text.Length + 1)],
        1 => text.Insert(random.Next(text.Length + 1), Oddity()),
        2 when text.Length > 1 => text.Remove(random.Next(text.Length - 1), 1),
        3 => text + text,
        4 => new string('[', random.Next(1, 100_000)) + text,
        _ => Oddity(),
    };

    /// <summary>A path with a segment replaced, doubled, emptied or put in.</summary>
    public string Path(string path)
    {
        var query = path.IndexOf('?', StringComparison.Ordinal);
        var segments = (query < 0 ? path : path[..query]).Split('/').ToList();
        var at = random.Next(1, segments.Count);
        switch (random.Next(4))
        {
            case 0:
                segments[at] = Uri.EscapeDataString(Oddity());
                break;
            case 1:
                segments.Insert(at, Uri.EscapeDataString(Oddity()));
                break;
            case 2:
                segments[at] = segments[at].ToUpperInvariant();
                break;
            default:
                segments.RemoveAt(at);
                break;
        }

        return string.Join('/', segments) + (query < 0 ? "" : path[query..]);
    }

    public string Query(IReadOnlyList<string> known)
    {
        var name = known.Count > 0 && random.Next(4) > 0 ? known[random.Next(known.Count)] : Oddity();
        var value = random.Next(5) == 0 ? "%FF%FE" : Uri.EscapeDataString(Oddity());
        return string.Join('&', Enumerable.Repeat($"{Uri.EscapeDataString(name)}={value}", random.Next(8) == 0 ? 3 : 1));
    }

    private JsonNode? Spoil(JsonNode? node)
    {
        var places = new List<(JsonNode Parent, string? Name, int Index)>();
        Collect(node, places);
        if (places.Count == 0 || random.Next(20) == 0)
            return OddNode();
        var (parent, name, index) = places[random.Next(places.Count)];
        if (parent is JsonObject json)
            SpoilMember(json, name!);
        else
            parent.AsArray()[index] = OddNode();
        return node;
    }

    private void SpoilMember(JsonObject json, string name)
    {
        switch (random.Next(5))
        {
            case 0:
                json.Remove(name);
                break;
            case 1:
                json[Oddity()] = OddNode();
                break;
            case 2:
                json[name] = Oddity();
                break;
            case 3:
                json[name] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 300)).Select(_ => json[name]?.DeepClone())]);
                break;
            default:
                json[name] = OddNode();
                break;
        }
    }

    private static void Collect(JsonNode? node, List<(JsonNode Parent, string? Name, int Index)> places)
    {
        if (node is JsonObject json)
        {
            foreach (var (name, value) in json)
            {
                places.Add((json, name, 0));
                Collect(value, places);
            }
        }
        else if (node is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                places.Add((list, null, i));
                Collect(list[i], places);
            }
        }
    }

    private JsonNode? OddNode() => random.Next(10) switch
    {
        0 => JsonValue.Create(LongText()),
        1 => JsonNode.Parse(Nested(random.Next(1, 31))),
        _ => JsonNode.Parse(OddJson[random.Next(OddJson.Length)]),
    };

    private static string Nested(int depth) => new StringBuilder().Insert(0, "{\"a\":[", depth).Append('1').Insert(6 * depth + 1, "]}", depth).ToString();

    private string LongText() => string.Concat(Enumerable.Repeat(Filler, random.Next(1, 3000)));
}
