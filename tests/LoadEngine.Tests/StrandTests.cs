using System.Collections.Concurrent;

namespace Loadstone.LoadEngine.Tests;

/// <summary>Steps that hold steps against a real server: what goes on the wire, on which connection, with whose data.</summary>
public sealed class StrandTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [Fact]
    public async Task Parallel_steps_are_on_the_wire_together_on_connections_that_are_used_again()
    {
        var connections = new ConcurrentDictionary<ScriptedConnection, int>();
        using var everyone = new Barrier(3);
        await using var server = new ScriptedServer(async (connection, request) =>
        {
            connections[connection] = connection.Number;
            // None is answered before all three are there.
            if (request.StartsWith("GET /together", StringComparison.Ordinal))
                await Task.Factory.StartNew(() => everyone.SignalAndWait(TimeSpan.FromSeconds(20)), TaskCreationOptions.LongRunning);
            await connection.SayAsync(Ok);
        });
        var total = (await RealRun.OfSteps(server.Url, """
            - { path: /before }
            - { action: parallel, steps: [ { path: /together/a }, { path: /together/b }, { path: /together/c } ] }
            """, iterations: 5)).Total.Total();

        Assert.Equal((20, 20, 20), (total.Sent, total.Ok, server.Requests));
        Assert.Equal([5, 5, 5, 5], connections.Values);
    }

    [Fact]
    public async Task Strands_share_the_users_variables_rows_and_cookies()
    {
        await using var server = new ScriptedServer((connection, request) => connection.SayAsync(request.StartsWith("GET /left", StringComparison.Ordinal)
            ? "HTTP/1.1 200 OK\r\nSet-Cookie: sid=s-1; Path=/\r\nContent-Length: 13\r\n\r\n{\"token\":\"t\"}"
            : Ok));
        await RealRun.OfSteps(server.Url, """
            - { path: /first, extract: { status: { header: content-length } } }
            - { action: parallel, steps: [ { path: "/left/{{words}}/{{status}}/{{user.index}}/{{user.iteration}}", extract: { token: { json: $.token } } }, { path: "/right/{{words}}" } ] }
            - { action: parallel, steps: [ { path: "/then/{{token}}" }, { path: "/then/{{token}}" } ] }
            """, more: "data_generation: { words: { values: [ lamp ] } }");

        Assert.Contains(server.Texts, t => t.StartsWith("GET /left/lamp/0/1/1 ", StringComparison.Ordinal));
        Assert.Contains(server.Texts, t => t.StartsWith("GET /right/lamp ", StringComparison.Ordinal));
        Assert.Equal(2, server.Texts.Count(t => t.StartsWith("GET /then/t ", StringComparison.Ordinal) && t.Contains("\r\nCookie: sid=s-1\r\n", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_request_of_a_strand_is_given_up_at_its_time()
    {
        await using var server = new ScriptedServer((connection, request) =>
            request.StartsWith("GET /silent", StringComparison.Ordinal) ? Task.CompletedTask : connection.SayAsync(Ok));
        var total = (await RealRun.OfSteps(server.Url, """
            - { action: parallel, steps: [ { path: /silent, timeout: 200ms }, { path: /a } ] }
            - { path: /b }
            """)).Total.Total();

        Assert.Equal((3, 2, 1), (total.Sent, total.Ok, total.TimedOut));
    }

    [Fact]
    public async Task A_loop_goes_on_while_its_condition_holds()
    {
        var asked = 0;
        await using var server = ScriptedServer.SayingJson(_ => (200, Interlocked.Increment(ref asked) < 4 ? """{ "state": "pending" }""" : """{ "state": "done" }"""));
        await RealRun.OfSteps(server.Url, """
            - { path: /start, extract: { state: { json: $.state } } }
            - { action: repeat, while: { variable: state, equals: pending }, max_times: 9, steps: [ { path: /poll, extract: { state: { json: $.state } } } ] }
            - { action: repeat, while: { variable: state, exists: true }, max_times: 2, steps: [ { path: /last } ] }
            """);

        Assert.Equal(["/start", "/poll", "/poll", "/poll", "/last", "/last"], server.Texts.Select(t => t.Split(' ')[1]));
    }

    [Theory]
    [InlineData("{ variable: token, exists: true }", "yes")]
    [InlineData("{ variable: token, exists: false }", "no")]
    [InlineData("{ variable: token, equals: abc-7 }", "yes")]
    [InlineData("{ variable: token, equals: 'abc-{{user.index}}' }", "no")]
    [InlineData("{ variable: token, matches: '^abc-\\d$' }", "yes")]
    [InlineData("{ variable: token, matches: '^b' }", "no")]
    [InlineData("{ variable: missing, exists: true }", "no")]
    [InlineData("{ variable: user.index, equals: 1 }", "yes")]
    [InlineData("{ variable: words, equals: lamp }", "yes")]
    [InlineData("{ variable: profile.screen_share, equals: 0.1 }", "yes")]
    public async Task A_condition_looks_at_what_the_user_has(string when, string expected)
    {
        await using var server = ScriptedServer.SayingJson(_ => (200, """{ "token": "abc-7" }"""));
        await RealRun.OfSteps(server.Url, $$"""
            - { path: /, extract: { token: { json: $.token }, missing: { json: $.missing } } }
            - { action: conditional, when: {{when}}, then: [ { path: /yes } ], else: [ { path: /no } ] }
            """, more: "data_generation: { words: { values: [ lamp ] } }");

        Assert.Equal($"/{expected}", server.Texts.Last().Split(' ')[1]);
    }

    [Fact]
    public async Task What_the_target_counted_is_what_is_reported_groups_or_not()
    {
        await using var server = ScriptedServer.Saying(Ok);
        var end = await RealRun.Of("""
            name: x
            duration: 2s
            max_virtual_users: 20
            load_pattern: { type: constant_arrival_rate, rate: 200 }
            scenario_config:
              think_time: 1ms
              scenarios:
                - name: s
                  user_journey:
                    - { action: group, name: page, steps: [ { path: /page }, { action: parallel, steps: [ { path: /style }, { path: /logo } ] } ] }
                    - { action: conditional, probability: 0.5, then: [ { action: repeat, times: { min: 1, max: 3 }, steps: [ { path: /more } ] } ] }
            """, server.Url);

        Assert.Equal((long)server.Requests, end.Total.Total().Sent);
        Assert.Equal(end.Total.Total().Sent, end.Total.Total().Ok);
        Assert.Equal(end.Total.Iterations.Started, end.Total.Operations.Single(o => o.Operation == "page").Sent);
        Assert.Equal(end.Total.Operations.Single(o => o.Operation == "GET /style").Sent, end.Total.Operations.Single(o => o.Operation == "GET /logo").Sent);
    }
}
