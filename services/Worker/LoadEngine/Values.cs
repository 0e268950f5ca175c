using System.Globalization;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>Something a template fills in: it knows how to write itself for one user.</summary>
internal abstract class Value
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";

    /// <summary>True when what is written is a number, which JSON takes without quotes.</summary>
    public virtual bool IsNumber => false;

    /// <summary>Writes the value. A variable that was never set writes nothing.</summary>
    public abstract void Write(ByteWriter writer, VirtualUser user, Escaping escaping);

    /// <summary>Text that is the same for every user.</summary>
    public sealed class Constant(string text) : Value
    {
        public override void Write(ByteWriter writer, VirtualUser user, Escaping escaping) => writer.Write(text, escaping);
    }

    /// <summary>A variable: extracted from an answer, or filled in at the start of the iteration.</summary>
    public sealed class Variable(int slot) : Value
    {
        public override void Write(ByteWriter writer, VirtualUser user, Escaping escaping) =>
            writer.Write(user.Variables[slot] ?? "", escaping);
    }

    /// <summary>A column of the row the user was fed.</summary>
    public sealed class Fed(UserFeeder feeder, int column) : Value
    {
        public override void Write(ByteWriter writer, VirtualUser user, Escaping escaping) =>
            writer.Write(feeder.RowOf(user)[column], escaping);
    }

    /// <summary>A number computed for the user.</summary>
    public sealed class Number(NumberOf number) : Value
    {
        public override bool IsNumber => true;

        public override void Write(ByteWriter writer, VirtualUser user, Escaping escaping) => writer.Write(number(user));
    }

    /// <summary>A number with decimals computed for the user, written with at most six of them.</summary>
    public sealed class Real(RealOf number) : Value
    {
        public override bool IsNumber => true;

        public override void Write(ByteWriter writer, VirtualUser user, Escaping escaping) =>
            writer.Write(number(user).ToString("0.######", CultureInfo.InvariantCulture), escaping);
    }

    /// <summary>Text computed for the user.</summary>
    public sealed class Computed(TextOf text) : Value
    {
        public override void Write(ByteWriter writer, VirtualUser user, Escaping escaping) => writer.Write(text(user), escaping);
    }

    internal delegate long NumberOf(VirtualUser user);

    internal delegate double RealOf(VirtualUser user);

    internal delegate string TextOf(VirtualUser user);

    /// <summary>The functions templates may call; <see cref="TemplateFunctions"/> has checked their arguments.</summary>
    public static Value Call(TemplateExpression call, PlanData data) => call.Name switch
    {
        "random.int" => RandomInt(call.Arguments!),
        "random.text" => RandomText((int)call.Arguments![0].Number!.Value),
        "random.uuid" => new Computed(user => RandomUuid(ref user.Random).ToString()),
        "now.iso" => new Computed(_ => DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture)),
        "now.unix_ms" => new Number(_ => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()),
        "pick" => Pick(call.Arguments!, data),
        _ => new Computed(FakeData.Of(call)),
    };

    private static Number RandomInt(IReadOnlyList<TemplateArgument> limits)
    {
        var (min, max) = ((long)limits[0].Number!.Value, (long)limits[1].Number!.Value);
        return new Number(user => user.Random.Between(min, max));
    }

    private static Computed RandomText(int length) => new(user => string.Create(length, user, static (text, user) =>
    {
        foreach (ref var c in text)
            c = Letters[(int)user.Random.Between(0, Letters.Length - 1)];
    }));

    // A version 4 UUID (RFC 9562 §5.4) from the user's own source, so that a repeated run makes the same ones.
    private static Guid RandomUuid(ref SplitMix random)
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, random.Next());
        BitConverter.TryWriteBytes(bytes[8..], random.Next());
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private static Computed Pick(IReadOnlyList<TemplateArgument> arguments, PlanData data)
    {
        var choices = arguments.SelectMany(a => a.Name is { } list ? data.ListOf(list)
            : [a.Text ?? a.Number!.Value.ToString(CultureInfo.InvariantCulture)]).ToArray();
        return new Computed(user => choices[user.Random.Between(0, choices.Length - 1)]);
    }
}
