namespace Loadstone.LoadEngine.Tests;

/// <summary>What goes on the wire is what the plan says.</summary>
public sealed class HttpRequestTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [Fact]
    public async Task A_request_carries_its_path_query_headers_and_body()
    {
        await using var server = ScriptedServer.Saying(Ok);
        await RealRun.OfSteps(server.Url, """
            - { action: http, method: POST, path: "/a b/ü?x=1", query: { q: "rock & roll", n: "{{user.index}}" }, headers: { X-User: "user {{user.index}}" },
                json: { id: "{{user.index}}", name: "user \"{{user.index}}\"", nested: [ 1.5, true, null ] } }
            """);

        var text = Assert.Single(server.Texts);
        Assert.StartsWith("POST /a%20b/%C3%BC?x=1&q=rock%20%26%20roll&n=1 HTTP/1.1\r\n", text);
        Assert.Contains($"\r\nHost: {server.Url.Authority}\r\n", text);
        Assert.Contains("\r\nX-User: user 1\r\n", text);
        Assert.Contains("\r\nContent-Type: application/json\r\n", text);
        Assert.EndsWith("\r\n\r\n{\"id\":1,\"name\":\"user \\u00221\\u0022\",\"nested\":[1.5,true,null]}", text);
    }

    [Fact]
    public async Task A_form_is_percent_encoded_and_a_post_without_body_says_so()
    {
        await using var server = ScriptedServer.Saying(Ok);
        await RealRun.OfSteps(server.Url, """
            - { action: http, method: POST, path: /form, form: { a: "x y&z", b: "2" } }
            - { action: http, method: POST, path: /nothing }
            """);

        Assert.EndsWith("\r\n\r\na=x%20y%26z&b=2", server.Texts.First());
        Assert.Contains("\r\nContent-Length: 0\r\n", server.Texts.Last());
    }

    [Fact]
    public async Task What_one_step_extracts_a_later_one_sends()
    {
        await using var server = new ScriptedServer((connection, request) => connection.SayAsync(request.StartsWith("POST /login", StringComparison.Ordinal)
            ? "HTTP/1.1 200 OK\r\nX-Request: r-9\r\nSet-Cookie: sid=s-1; Path=/\r\nContent-Length: 53\r\n\r\n{ \"list\": [ { \"token\": \"t \\\"1\\\"\" } ], \"n\": 42, \"o\": 1 }"
            : Ok));
        await RealRun.OfSteps(server.Url, """
            - { action: http, method: POST, path: /login, extract: { token: { json: "$.list[-1].token" }, n: { json: $.n }, request: { header: x-request }, sid: { cookie: sid }, m: { regex: '"n": (\d)' } } }
            - { action: http, method: POST, path: "/next/{{request}}/{{m}}", body: "{{token}} {{n}} {{sid}}" }
            """);

        var next = server.Texts.Last();
        Assert.StartsWith("POST /next/r-9/4 HTTP/1.1\r\n", next);
        Assert.Contains("\r\nCookie: sid=s-1\r\n", next);
        Assert.EndsWith("\r\n\r\nt \"1\" 42 s-1", next);
    }

    [Fact]
    public async Task A_value_that_is_not_there_to_extract_is_a_failed_check()
    {
        await using var server = ScriptedServer.SayingJson(_ => (200, """{ "token": null }"""));
        var total = (await RealRun.OfSteps(server.Url, """
            - { action: http, path: /login, critical: true, extract: { token: { json: $.token } } }
            - { action: http, path: /never }
            """)).Total.Total();

        Assert.Equal((1, 1, 1), (total.Sent, total.Ok, total.ChecksFailed));
    }

    [Fact]
    public async Task Checks_are_counted_beside_the_requests_and_only_the_status_decides()
    {
        await using var server = ScriptedServer.SayingJson(request => request.StartsWith("GET /missing", StringComparison.Ordinal)
            ? (404, "{}")
            : (200, """{ "id": 5, "name": "x", "list": [1, 2] }"""));
        var total = (await RealRun.OfSteps(server.Url, """
            - { action: http, path: /a, checks: [ { status: 200 }, { json: $.id, equals: 5 }, { json: $.name, equals: y }, { json: "$.list[5]" }, { text: '"name"' }, { header: content-type, equals: application/json }, { max_time: 10s } ] }
            - { action: http, path: /missing, checks: [ { status: [404, 410] } ] }
            - { action: http, path: /missing }
            """)).Total.Total();

        Assert.Equal((3, 2, 1), (total.Sent, total.Ok, total.Failed));
        Assert.Equal((6, 2), (total.ChecksPassed, total.ChecksFailed));
        Assert.Equal((1, 2), (total.StatusCodes[200], total.StatusCodes[404]));
        Assert.Equal(1, total.ErrorTypes["status_404"]);
    }

    [Fact]
    public async Task A_redirect_is_followed_and_each_hop_is_a_request()
    {
        await using var server = new ScriptedServer((connection, request) => connection.SayAsync(request.Split(' ')[1] switch
        {
            "/start" => "HTTP/1.1 302 Found\r\nLocation: /deep/two?x=1\r\nContent-Length: 3\r\n\r\nbye",
            "/deep/two?x=1" => "HTTP/1.1 301 Moved\r\nLocation: three\r\nContent-Length: 0\r\n\r\n",
            _ => Ok,
        }));
        var total = (await RealRun.OfSteps(server.Url, "- { action: http, method: POST, path: /start, json: { a: 1 } }")).Total.Total();

        Assert.Equal(["POST /start", "GET /deep/two?x=1", "GET /deep/three"], server.Texts.Select(t => t[..t.IndexOf(" HTTP", StringComparison.Ordinal)]));
        Assert.Equal((3, 3), (total.Sent, total.Ok));
    }

    [Fact]
    public async Task A_redirect_loop_ends_at_its_limit_as_what_it_then_is()
    {
        await using var server = ScriptedServer.Saying("HTTP/1.1 307 Again\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
        var total = (await RealRun.OfSteps(server.Url, "- { action: http, path: /, redirects: 3, checks: [ { status: 200 } ] }")).Total.Total();

        Assert.Equal((4, 4, 1), (total.Sent, server.Requests, total.Failed));
    }

    [Fact]
    public async Task Nothing_goes_to_an_origin_that_is_not_the_environments()
    {
        await using var elsewhere = ScriptedServer.Saying(Ok);
        await using var server = ScriptedServer.Saying($"HTTP/1.1 302 Found\r\nLocation: {elsewhere.Url}\r\nContent-Length: 0\r\n\r\n");
        var total = (await RealRun.OfSteps(server.Url, "- { action: http, path: / }")).Total.Total();

        Assert.Equal(0, elsewhere.Requests);
        Assert.Equal(1, total.ErrorTypes["origin_not_allowed"]);
        await Assert.ThrowsAsync<PlanNotRunnableException>(() => RealRun.OfSteps(server.Url, $"- {{ action: http, path: '{elsewhere.Url}' }}"));
    }

    [Fact]
    public async Task Each_user_has_its_own_row_and_iterations_go_through_the_others()
    {
        await using var server = ScriptedServer.Saying(Ok);
        await RealRun.Of("""
            name: x
            duration: 10s
            max_virtual_users: 3
            load_pattern: { type: per_user_iterations, iterations: 2 }
            scenario_config:
              think_time: 0
              data_generation:
                users: { mode: unique, rows: [ { email: a }, { email: b }, { email: c } ] }
                skus: { mode: sequential, values: [ 1, 2, 3, 4, 5, 6 ] }
              scenarios: [ { name: s, user_journey: [ { action: http, path: "/{{users.email}}/{{skus}}" } ] } ]
            """, server.Url);

        var paths = server.Texts.Select(t => t.Split(' ')[1].Split('/')).ToArray();
        Assert.Equal(["a", "a", "b", "b", "c", "c"], paths.Select(p => p[1]).Order());
        Assert.Equal(["1", "2", "3", "4", "5", "6"], paths.Select(p => p[2]).Order());
    }

    [Fact]
    public async Task Too_few_rows_of_ones_own_are_refused_before_the_run()
    {
        await using var server = ScriptedServer.Saying(Ok);
        var thrown = await Assert.ThrowsAsync<PlanNotRunnableException>(() => RealRun.Of("""
            name: x
            max_virtual_users: 3
            scenario_config:
              data_generation: { users: { mode: unique, values: [ a, b ] } }
              scenarios: [ { name: s, user_journey: [ { action: http, path: "/{{users}}" } ] } ]
            """, server.Url));

        Assert.Equal("the data 'users' has 2 rows, too few for 3 users with a row of their own", thrown.Message);
    }

    [Fact]
    public async Task A_repeated_run_draws_the_same_random_data()
    {
        const string Steps = "- { action: http, path: \"/{{random.int(1,1000000)}}/{{random.uuid()}}/{{random.text(8)}}/{{pick('a','b','c')}}\" }";
        await using var server = ScriptedServer.Saying(Ok);
        await RealRun.OfSteps(server.Url, Steps, iterations: 5);
        await RealRun.OfSteps(server.Url, Steps, iterations: 5);

        var paths = server.Texts.Select(t => t.Split(' ')[1]).ToArray();
        Assert.Equal(paths[..5], paths[5..]);
        Assert.Equal(5, paths.Distinct().Count());
    }
}
