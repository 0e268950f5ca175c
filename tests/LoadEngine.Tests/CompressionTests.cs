using System.IO.Compression;
using System.Text;

namespace Loadstone.LoadEngine.Tests;

public sealed class CompressionTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [Fact]
    public async Task Compressed_answers_are_asked_for_when_the_plan_says_so()
    {
        await using var server = ScriptedServer.Saying(Ok);
        await RealRun.OfSteps(server.Url, "- { path: / }\n- { path: /, headers: { Accept-Encoding: br } }", more: "http: { compression: true }");

        Assert.Contains("\r\nAccept-Encoding: gzip, deflate, br\r\n", server.Texts.First());
        Assert.Contains("\r\nAccept-Encoding: br\r\n", server.Texts.Last());
    }

    [Theory]
    [InlineData("gzip", 0)]
    [InlineData("deflate", 0)]
    [InlineData("br", 0)]
    [InlineData("gzip", 9)]
    [InlineData("gzip", 300)]
    [InlineData("deflate", 1)]
    [InlineData("deflate", 300)]
    [InlineData("br", 1)]
    [InlineData("br", 300)]
    public async Task A_compressed_body_that_ends_too_early_is_not_taken_for_a_whole_one(string encoding, int missing)
    {
        var body = Encoded(encoding)[..^missing];
        await using var server = ScriptedServer.Saying(
            $"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {body.Length}\r\n\r\n{Encoding.Latin1.GetString(body)}");
        var run = await RealRun.OfSteps(server.Url, "- { path: /, checks: [ { text: \"7\" } ] }");

        Assert.Equal(missing == 0 ? [] : ["bad_content_encoding"], run.Total.Total().ErrorTypes.Keys);
    }

    private static byte[] Encoded(string encoding)
    {
        using var encoded = new MemoryStream();
        using (Stream encoder = encoding switch
        {
            "gzip" => new GZipStream(encoded, CompressionLevel.Optimal),
            "deflate" => new ZLibStream(encoded, CompressionLevel.Optimal),
            _ => new BrotliStream(encoded, CompressionLevel.Optimal),
        })
        {
            var random = new Random(7);
            encoder.Write(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(_ => random.Next(100)))));
        }

        return encoded.ToArray();
    }
}
