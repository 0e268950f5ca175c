using System.IO.Compression;
using System.Text;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <content>Bodies that are compressed, or say so.</content>
public sealed partial class OddServerTests
{
    private const string Look = ", checks: [ { text: hello } ]";
    private static readonly byte[] Hello = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("hello world, ", 100)));

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("x-gzip", "gzip")]
    [InlineData("GZIP", "gzip")]
    [InlineData("br", "br")]
    [InlineData("deflate", "zlib")]
    [InlineData("identity", "plain")]
    public async Task A_body_in_any_usual_coding_is_looked_into(string coding, string packing)
    {
        var total = await LookIntoAsync(coding, Packed(packing));

        Assert.Equal((2, 2, 0), (total.Ok, total.ChecksPassed, total.ChecksFailed));
    }

    [Theory]
    [InlineData("gzip", "plain")]
    [InlineData("gzip", "damaged")]
    [InlineData("br", "plain")]
    [InlineData("zstd", "plain")]
    public async Task A_body_that_is_not_what_its_coding_says_is_a_failure_for_who_looks_into_it(string coding, string packing)
    {
        var total = await LookIntoAsync(coding, Packed(packing));

        Assert.Equal((0, 2), (total.Ok, total.ErrorTypes["bad_content_encoding"]));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_body_that_nobody_looks_into_is_not_decoded(string coding)
    {
        var total = await LookIntoAsync(coding, "nonsense"u8.ToArray(), checks: "");

        Assert.Equal((2, 2), (total.Sent, total.Ok));
    }

    [Fact]
    public async Task A_body_that_unpacks_to_far_more_than_it_is_is_a_failure()
    {
        using var packed = new MemoryStream();
        await using (var pack = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await pack.WriteAsync(new byte[100 * Megabyte]);
        var total = await LookIntoAsync("br", packed.ToArray());

        Assert.Equal(2, total.ErrorTypes["bad_content_encoding"]);
    }

    [Fact]
    public async Task An_empty_body_in_a_coding_is_an_empty_body()
    {
        var total = await LookIntoAsync("gzip", [], checks: ", checks: [ { text: hello } ]");

        Assert.Equal((2, 2), (total.Ok, total.ChecksFailed));
    }

    private static async Task<OperationWindow> LookIntoAsync(string coding, byte[] body, string checks = Look)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync($"{Head}Content-Encoding: {coding}\r\nContent-Length: {body.Length}\r\n\r\n");
            await connection.SayAsync(body);
        });
        return await OfStepAsync(server, $"path: /{checks}", iterations: 2);
    }

    private static byte[] Packed(string packing) => packing switch
    {
        "gzip" => Through(packed => new GZipStream(packed, CompressionMode.Compress, leaveOpen: true)),
        "br" => Through(packed => new BrotliStream(packed, CompressionMode.Compress, leaveOpen: true)),
        "zlib" => Through(packed => new ZLibStream(packed, CompressionMode.Compress, leaveOpen: true)),
        "damaged" => [.. Packed("gzip").Select((b, at) => at is > 12 and < 20 ? (byte)~b : b)],
        _ => Hello,
    };

    private static byte[] Through(Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var pack = packer(packed))
            pack.Write(Hello);
        return packed.ToArray();
    }

    [Theory]
    [InlineData("5x\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5 hello\r\nhello\r\n0\r\n\r\n")]
    public async Task A_chunk_size_with_something_else_behind_it_is_malformed(string chunks) =>
        await AssertFailsTwice(Chunked + chunks, Then.Stay, "malformed_response");
}
