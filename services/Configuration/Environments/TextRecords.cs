using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Loadstone.Configuration.Environments;

/// <summary>Asks a resolver for TXT records (RFC 1035), which .NET cannot. One question over UDP, one answer.</summary>
internal static class TextRecords
{
    private const int HeaderBytes = 12;
    private const int TextType = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The resolver of <c>LOADSTONE_DNS</c> (address, or address:port), or the first of /etc/resolv.conf; null when there is none.</summary>
    public static IPEndPoint? ResolverOf(IConfiguration settings)
    {
        if (settings["LOADSTONE_DNS"] is { Length: > 0 } given)
            return IPEndPoint.TryParse(given, out var end) ? new IPEndPoint(end.Address, end.Port == 0 ? 53 : end.Port) : null;
        var line = File.Exists("/etc/resolv.conf")
            ? File.ReadLines("/etc/resolv.conf").FirstOrDefault(l => l.StartsWith("nameserver ", StringComparison.Ordinal))
            : null;
        return IPAddress.TryParse(line?["nameserver ".Length..].Trim(), out var address) ? new IPEndPoint(address, 53) : null;
    }

    /// <summary>The texts of a name; none when it has none, or the resolver does not answer in time.</summary>
    public static async Task<IReadOnlyList<string>> AskAsync(IPEndPoint resolver, string name, CancellationToken cancellation)
    {
        if (name.Length > 253 || name.Split('.').Any(label => label.Length is 0 or > 63))
            return [];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        using var socket = new Socket(resolver.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        var (question, answer) = (QuestionFor(name), new byte[4096]);
        try
        {
            // Connected, so that only the resolver is heard.
            await socket.ConnectAsync(resolver, patience.Token);
            await socket.SendAsync(question, patience.Token);
            while (true)
            {
                var length = await socket.ReceiveAsync(answer, patience.Token);
                if (length >= question.Length && answer.AsSpan(0, 2).SequenceEqual(question.AsSpan(0, 2)))
                    return Read(answer.AsSpan(0, length), question.Length);
            }
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is SocketException or OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>The texts of an answer whose question part ends at <paramref name="at"/>. Whatever is malformed ends the reading.</summary>
    internal static IReadOnlyList<string> Read(ReadOnlySpan<byte> answer, int at)
    {
        var texts = new List<string>();
        for (var left = BinaryPrimitives.ReadUInt16BigEndian(answer[6..]); left > 0; left--)
        {
            at = AfterName(answer, at);
            if (at + 10 > answer.Length)
                break;
            var (type, length) = (BinaryPrimitives.ReadUInt16BigEndian(answer[at..]), BinaryPrimitives.ReadUInt16BigEndian(answer[(at + 8)..]));
            at += 10;
            if (at + length > answer.Length)
                break;
            if (type == TextType)
                texts.Add(TextOf(answer.Slice(at, length)));
            at += length;
        }

        return texts;
    }

    // A record is one or more strings of up to 255 bytes, taken as one text.
    private static string TextOf(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder();
        while (data.Length > 0 && data[0] < data.Length)
        {
            text.Append(Encoding.ASCII.GetString(data.Slice(1, data[0])));
            data = data[(data[0] + 1)..];
        }

        return text.ToString();
    }

    private static int AfterName(ReadOnlySpan<byte> answer, int at)
    {
        while (at < answer.Length && answer[at] != 0)
        {
            // A pointer to a name elsewhere (§4.1.4) ends this one.
            if (answer[at] >= 0xc0)
                return at + 2;
            at += answer[at] + 1;
        }

        return at + 1;
    }

    private static byte[] QuestionFor(string name)
    {
        var question = new List<byte>(HeaderBytes + name.Length + 6);
        question.AddRange(RandomNumberGenerator.GetBytes(2));
        question.AddRange([0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        foreach (var label in name.Split('.'))
        {
            question.Add((byte)label.Length);
            question.AddRange(Encoding.ASCII.GetBytes(label));
        }

        question.AddRange([0, 0, TextType, 0, 1]);
        return [.. question];
    }
}
