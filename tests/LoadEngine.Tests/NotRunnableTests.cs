namespace Loadstone.LoadEngine.Tests;

/// <summary>What a plan may ask for and this version cannot do is refused before the run, never left out.</summary>
public sealed class NotRunnableTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [Theory]
    [InlineData("{ action: upload, name: x }")]
    public async Task Steps_that_are_not_there_are_named(string step)
    {
        await using var server = ScriptedServer.Saying(Ok);
        var thrown = await Assert.ThrowsAsync<PlanNotRunnableException>(() => RealRun.OfSteps(server.Url, $"- {step}"));

        Assert.Equal("the step 'x' is of a kind that is not available in this version", thrown.Message);
    }

    [Fact]
    public async Task Compressed_answers_are_asked_for_when_the_plan_says_so()
    {
        await using var server = ScriptedServer.Saying(Ok);
        await RealRun.OfSteps(server.Url, "- { path: / }\n- { path: /, headers: { Accept-Encoding: br } }", more: "http: { compression: true }");

        Assert.Contains("\r\nAccept-Encoding: gzip, deflate, br\r\n", server.Texts.First());
        Assert.Contains("\r\nAccept-Encoding: br\r\n", server.Texts.Last());
    }
}
