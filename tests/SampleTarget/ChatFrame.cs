using System.Text.Json;

namespace Loadstone.SampleTarget;

internal enum ChatVerb
{
    Unknown,
    Join,
    Message,
    Reaction,
    Leave,
}

/// <summary>What the chat must know of a client's message; all else in it is the client's own.</summary>
/// <param name="Verb">From `type`.</param>
/// <param name="Id">Where the raw JSON of `id` stands in the message; empty when there is none.</param>
/// <param name="Room">From `room`; null when absent.</param>
internal readonly record struct ChatFrame(ChatVerb Verb, Range Id, string? Room)
{
    /// <returns>Null when this is not a JSON object, or one of these members is no scalar.</returns>
    public static ChatFrame? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return ReadObject(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ChatFrame? ReadObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
        var frame = new ChatFrame(ChatVerb.Unknown, 0..0, null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (frame.With(ref reader) is not { } more) return null;
            frame = more;
        }
        reader.Read(); // anything behind the object throws
        return frame;
    }

    private ChatFrame? With(ref Utf8JsonReader reader)
    {
        var (isType, isId, isRoom) = (reader.ValueTextEquals("type"u8), reader.ValueTextEquals("id"u8), reader.ValueTextEquals("room"u8));
        reader.Read();
        if (isType) return reader.TokenType == JsonTokenType.String ? this with { Verb = VerbOf(ref reader) } : null;
        if (isRoom) return reader.TokenType == JsonTokenType.String ? this with { Room = reader.GetString() } : null;
        if (isId && reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number)) return null;
        if (isId) return this with { Id = (int)reader.TokenStartIndex..(int)reader.BytesConsumed };
        reader.Skip();
        return this;
    }

    private static ChatVerb VerbOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("message"u8) ? ChatVerb.Message
        : reader.ValueTextEquals("reaction"u8) ? ChatVerb.Reaction
        : reader.ValueTextEquals("join"u8) ? ChatVerb.Join
        : reader.ValueTextEquals("leave"u8) ? ChatVerb.Leave
        : ChatVerb.Unknown;
}
