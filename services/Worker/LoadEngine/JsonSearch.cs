using System.Text;
using System.Text.Json;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>Finds one value in a JSON document without building a tree of it.</summary>
internal static class JsonSearch
{
    /// <summary>The value at a path as text: a string's content, or the JSON of anything else. Null when there is none, or it is null.</summary>
    public static string? Find(ReadOnlySpan<byte> json, JsonPath path)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read())
                return null;
            foreach (var segment in path.Segments)
            {
                if (!Enter(ref reader, segment))
                    return null;
            }

            return TextOf(ref reader, json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Enter(ref Utf8JsonReader reader, JsonPathSegment segment)
    {
        if (segment.Name is { } name)
            return reader.TokenType == JsonTokenType.StartObject && EnterMember(ref reader, name);
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        var index = segment.Index >= 0 ? segment.Index : CountElements(reader) + segment.Index;
        return index >= 0 && EnterElement(ref reader, index);
    }

    private static bool EnterMember(ref Utf8JsonReader reader, string name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
                return true;
            reader.Skip();
        }

        return false;
    }

    private static bool EnterElement(ref Utf8JsonReader reader, int index)
    {
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index--)
        {
            if (index == 0)
                return true;
            reader.Skip();
        }

        return false;
    }

    // On a copy of the reader, so that the caller's stays where it is.
    private static int CountElements(Utf8JsonReader reader)
    {
        var count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
            reader.Skip();
        return count;
    }

    private static string? TextOf(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return reader.GetString();
            default:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                return Encoding.UTF8.GetString(json[start..(int)reader.BytesConsumed]);
        }
    }
}
