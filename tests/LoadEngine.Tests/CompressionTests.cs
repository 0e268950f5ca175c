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
}
