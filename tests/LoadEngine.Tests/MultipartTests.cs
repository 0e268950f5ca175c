namespace Loadstone.LoadEngine.Tests;

public sealed class MultipartTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [Fact]
    public async Task A_multipart_body_carries_its_fields_and_files()
    {
        await using var server = ScriptedServer.Saying(Ok);
        await RealRun.OfSteps(server.Url, """
            - { action: http, method: POST, path: /, multipart: [ { name: "a \"b\"", value: "user {{user.index}} ü" },
                { name: file, file_name: "{{user.index}}\".txt", content_type: text/plain, size: 5 } ] }
            """);

        var (head, body) = Parts(Assert.Single(server.Texts));
        var boundary = head[(head.IndexOf("boundary=", StringComparison.Ordinal) + 9)..].Split("\r\n")[0];
        Assert.Contains("\r\nContent-Type: multipart/form-data; boundary=", head);
        Assert.Matches("""
            ^--B\r\nContent-Disposition: form-data; name="a %22b%22"\r\n\r\nuser 1 ü\r\n--B\r\nContent-Disposition: form-data; name="file"; filename="1%22.txt"\r\nContent-Type: text/plain\r\n\r\n[A-Za-z0-9+/]{5}\r\n--B--\r\n$
            """, body.Replace(boundary, "B"));
    }

    [Fact]
    public async Task Generated_files_have_their_size_differ_from_another_and_come_again_in_a_repeated_run()
    {
        const string Steps = "- { action: http, method: POST, path: /, multipart: [ { name: f, file_name: f, size: 20KB } ] }";
        await using var server = ScriptedServer.Saying(Ok);
        await RealRun.OfSteps(server.Url, Steps, iterations: 2);
        await RealRun.OfSteps(server.Url, Steps, iterations: 2);

        var files = server.Texts.Select(t => Parts(t).Body.Split("\r\n")[4]).ToArray();
        Assert.All(files, f => Assert.Equal(20 * 1024, f.Length));
        Assert.NotEqual(files[0], files[1]);
        Assert.Equal(files[..2], files[2..]);
    }

    [Fact]
    public async Task A_body_is_held_against_a_regular_expression()
    {
        await using var server = ScriptedServer.SayingJson(_ => (200, """{ "order": "order-1077" }"""));
        var total = (await RealRun.OfSteps(server.Url, """
            - { action: http, path: /, checks: [ { regex: 'order-\d{4}"' }, { regex: 'order-\d{9}' } ] }
            """)).Total.Total();

        Assert.Equal((1, 1, 1), (total.Ok, total.ChecksPassed, total.ChecksFailed));
    }

    private static (string Head, string Body) Parts(string request)
    {
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        return (request[..end], request[end..]);
    }
}
