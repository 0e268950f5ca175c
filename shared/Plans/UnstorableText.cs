using System.Text.Json;
using System.Text.Json.Nodes;

namespace Loadstone.Plans;

/// <summary>Texts that neither PostgreSQL nor UTF-8 can hold as they are: with a zero character, or half of a surrogate pair.</summary>
internal static class UnstorableText
{
    private const string Message = "holds a character that is no text: a zero, or half of a surrogate pair";

    /// <summary>Notes each such text by its path.</summary>
    public static void Refuse(JsonNode? node, string path, DocumentErrors errors)
    {
        switch (node)
        {
            case JsonObject members:
                RefuseMembers(members, path, errors);
                break;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                    Refuse(list[i], $"{path}[{i}]", errors);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String && !IsStorable(value):
                errors.Add(path, Message);
                break;
        }
    }

    private static void RefuseMembers(JsonObject members, string path, DocumentErrors errors)
    {
        foreach (var (name, value) in members)
        {
            if (name.Contains('\0', StringComparison.Ordinal))
                errors.Add(path, "has a member whose name " + Message);
            else
                Refuse(value, path.Length == 0 ? name : $"{path}.{name}", errors);
        }
    }

    private static bool IsStorable(JsonValue value)
    {
        try
        {
            return !value.GetValue<string>().Contains('\0', StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
