using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loadstone.Measurement;

/// <summary>Writes numbers of 0 and more as unsigned LEB128 (DWARF 5 §7.6): small numbers take one byte.</summary>
internal struct CompactWriter()
{
    private readonly List<byte> _bytes = [];

    public readonly void Write(long value)
    {
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            _bytes.Add((byte)(rest | 0x80));
            rest >>= 7;
        }

        _bytes.Add((byte)rest);
    }

    public readonly byte[] ToArray() => [.. _bytes];
}

/// <summary>Reads what <see cref="CompactWriter"/> wrote; bytes that end early or run too long are a <see cref="FormatException"/>.</summary>
internal ref struct CompactReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public long Read()
    {
        var value = 0UL;
        for (var shift = 0; shift < 63; shift += 7)
        {
            if (_at >= _bytes.Length)
                throw new FormatException("the bytes end early");
            var next = _bytes[_at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return (long)value;
        }

        throw new FormatException("a number is too long");
    }
}

/// <summary>A histogram in JSON is its compact form in base64.</summary>
internal sealed class HistogramJsonConverter : JsonConverter<Histogram>
{
    public override Histogram Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return Histogram.Decode(reader.GetBytesFromBase64());
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, Histogram value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(value.Encode());
}
