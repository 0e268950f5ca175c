using System.Text;
using Loadstone.LoadEngine.WebSockets;

namespace Loadstone.LoadEngine.Tests;

/// <summary>Frames on the wire (RFC 6455 §5), with the RFC's own examples.</summary>
public sealed class WebSocketFrameTests
{
    [Fact]
    public void The_RFCs_masked_hello_is_written_byte_for_byte()
    {
        var writer = new ByteWriter();
        WebSocketFrame.Write(writer, Opcode.Text, "Hello"u8, mask: 0x3d21fa37);

        Assert.Equal("818537FA213D7F9F4D5158", Convert.ToHexString(writer.Written.Span));
    }

    [Theory]
    [InlineData(0, "8280")]
    [InlineData(125, "82FD")]
    [InlineData(126, "82FE007E")]
    [InlineData(256, "82FE0100")]
    [InlineData(65535, "82FEFFFF")]
    [InlineData(65536, "82FF0000000000010000")]
    public void Each_length_is_written_in_its_shortest_form_and_unmasks_to_what_it_was(int length, string head)
    {
        var payload = new byte[length];
        new Random(1).NextBytes(payload);
        var writer = new ByteWriter();
        WebSocketFrame.Write(writer, Opcode.Binary, payload, mask: 0xa1b2c3d4);
        var written = writer.Written.Span;

        Assert.Equal(head + "D4C3B2A1", Convert.ToHexString(written[..((head.Length / 2) + 4)]));
        var mask = written.Slice(head.Length / 2, 4).ToArray();
        Assert.Equal(payload, written[((head.Length / 2) + 4)..].ToArray().Select((b, i) => (byte)(b ^ mask[i % 4])));
    }

    [Theory]
    [InlineData("810548656C6C6F", 1, true, 5, 2)] // "Hello"
    [InlineData("010348656C", 1, false, 3, 2)] // "Hel"
    [InlineData("80026C6F", 0, true, 2, 2)] // "lo"
    [InlineData("890548656C6C6F", 9, true, 5, 2)] // a ping
    [InlineData("827E0100", 2, true, 256, 4)]
    [InlineData("827F0000000000010000", 2, true, 65536, 10)]
    public void The_RFCs_unmasked_heads_are_read(string bytes, int opcode, bool final, int length, int headLength)
    {
        var given = Convert.FromHexString(bytes);

        Assert.True(WebSocketFrame.IsLegal(given));
        Assert.True(WebSocketFrame.TryRead(given, out var frame));
        Assert.Equal(new WebSocketFrame((Opcode)opcode, final, length, headLength), frame);
    }

    [Theory]
    [InlineData("827F0000000000010000")]
    [InlineData("827E0100")]
    [InlineData("8800")]
    public void A_head_that_is_not_all_there_is_waited_for(string bytes)
    {
        var given = Convert.FromHexString(bytes);
        for (var length = 0; length < given.Length; length++)
        {
            Assert.True(WebSocketFrame.IsLegal(given.AsSpan(0, length)));
            Assert.False(WebSocketFrame.TryRead(given.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData("C1")] // reserved bits
    [InlineData("91")]
    [InlineData("83")] // reserved opcodes
    [InlineData("8B")]
    [InlineData("8180")] // a mask from a server
    [InlineData("0900")] // a ping in pieces
    [InlineData("897E")] // a long ping
    [InlineData("8801")] // half a status
    public void What_no_server_may_send_is_not_legal(string bytes) => Assert.False(WebSocketFrame.IsLegal(Convert.FromHexString(bytes)));

    [Fact]
    public void Random_texts_have_the_length_that_was_asked_for()
    {
        var random = new SplitMix(1);

        Assert.All([0, 1, 10, 200, 1 << 20], length => Assert.Equal(length, Encoding.UTF8.GetByteCount(RandomText.Of(length, ref random))));
        Assert.NotEqual(RandomText.Of(20, ref random), RandomText.Of(20, ref random));
    }
}
