using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>A template ready to be written: runs of bytes that never change, and values between them.</summary>
internal sealed class CompiledTemplate
{
    // Adjoining literals are one; a part has either bytes or a value.
    private readonly (byte[]? Bytes, Value? Value, Escaping Escaping)[] _parts;

    private CompiledTemplate(List<(byte[]? Bytes, Value? Value, Escaping Escaping)> parts) => _parts = [.. parts];

    /// <summary>True when it is the same for everyone.</summary>
    public bool IsConstant => _parts is [] or [{ Bytes: not null }];

    /// <summary>Writes it for one user.</summary>
    public void Write(ByteWriter writer, VirtualUser user)
    {
        foreach (var (bytes, value, escaping) in _parts)
        {
            if (bytes is not null)
                writer.Write(bytes);
            else
                value!.Write(writer, user, escaping);
        }
    }

    /// <summary>It as text for one user, for the values that are kept in variables.</summary>
    public string TextFor(VirtualUser user)
    {
        var writer = new ByteWriter();
        Write(writer, user);
        var text = Encoding.UTF8.GetString(writer.Written.Span);
        writer.Release();
        return text;
    }

    /// <summary>Puts templates together from pieces.</summary>
    internal sealed class Builder(PlanData data, string scenario)
    {
        private readonly List<(byte[]? Bytes, Value? Value, Escaping Escaping)> _parts = [];
        private readonly StringBuilder _literal = new();

        public Builder Add(string literal)
        {
            _literal.Append(literal);
            return this;
        }

        /// <summary>A value as it is.</summary>
        public Builder Add(Value value)
        {
            AddValue(value, Escaping.None);
            return this;
        }

        /// <summary>A template as its author wrote it; only its values are escaped.</summary>
        public Builder AddTemplate(string text, Escaping escaping) => AddTemplate(text, escaping, literal => literal);

        /// <summary>A template that is percent-encoded as a whole, as in a query or a form.</summary>
        public Builder AddEncoded(string text) => AddTemplate(text, Escaping.Percent, Uri.EscapeDataString);

        /// <summary>A template between the quotes of a multipart header.</summary>
        public Builder AddQuoted(string text) => AddTemplate(text, Escaping.Quoted, ByteWriter.Quote);

        /// <summary>Text that is no template between the quotes of a multipart header.</summary>
        public Builder AddQuotedLiteral(string text) => Add(ByteWriter.Quote(text));

        /// <summary>A JSON document whose texts are templates. A text that is one number's expression becomes a number.</summary>
        public Builder AddJson(JsonNode? json)
        {
            switch (json)
            {
                case JsonObject members:
                    Between('{', '}', members, m => Add(JsonSerializer.Serialize(m.Key)).Add(":").AddJson(m.Value));
                    break;
                case JsonArray elements:
                    Between('[', ']', elements, e => AddJson(e));
                    break;
                case JsonValue value when value.TryGetValue<string>(out var text):
                    AddJsonText(text);
                    break;
                default:
                    Add(json?.ToJsonString() ?? "null");
                    break;
            }

            return this;
        }

        public Builder AddValue(Value value, Escaping escaping)
        {
            Flush();
            _parts.Add((null, value, escaping));
            return this;
        }

        public CompiledTemplate Build()
        {
            Flush();
            return new CompiledTemplate(_parts);
        }

        private static Template Parse(string text) =>
            Template.TryParse(text, out var template, out var error) ? template : throw new PlanNotRunnableException(error);

        private void AddJsonText(string text)
        {
            var template = Parse(text);
            if (template.Single is { } only && data.ValueOf(scenario, only) is { IsNumber: true } number)
            {
                AddValue(number, Escaping.None);
                return;
            }

            Add("\"").AddTemplate(text, Escaping.Json, literal => JsonSerializer.Serialize(literal)[1..^1]).Add("\"");
        }

        private Builder AddTemplate(string text, Escaping values, Func<string, string> literals)
        {
            foreach (var part in Parse(text).Parts)
            {
                if (part.Expression is { } expression)
                    AddValue(data.ValueOf(scenario, expression), values);
                else
                    Add(literals(part.Literal!));
            }

            return this;
        }

        private void Between<T>(char open, char close, IEnumerable<T> items, Action<T> add)
        {
            Add(open.ToString());
            var separator = "";
            foreach (var item in items)
            {
                Add(separator);
                add(item);
                separator = ",";
            }

            Add(close.ToString());
        }

        private void Flush()
        {
            if (_literal.Length > 0)
                _parts.Add((Encoding.UTF8.GetBytes(_literal.ToString()), null, Escaping.None));
            _literal.Clear();
        }
    }
}
