using System.Net;
using System.Net.Sockets;
using System.Text;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <content>Connections that end before their time, or never say anything.</content>
public sealed partial class OddServerTests
{
    private static readonly string[] Broken = ["connection_closed", "connection_reset"];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_keep_alive_limit_that_is_announced_costs_connections_and_no_request(int limit)
    {
        await using var server = new ScriptedServer((connection, _) =>
            connection.SayAsync(connection.Number < limit ? Ok : Head + "Connection: close\r\nContent-Length: 2\r\n\r\nok"));
        var total = (await RealRun.OfSteps(server.Url, GetTwice, iterations: 9)).Total.Total();

        Assert.Equal((18, 18, 18, 18 / limit), (total.Sent, total.Ok, server.Requests, server.Connections));
    }

    [Theory]
    [InlineData(1, Then.Close)]
    [InlineData(3, Then.Close)]
    [InlineData(1, Then.Reset)]
    [InlineData(3, Then.Reset)]
    public async Task A_keep_alive_limit_that_is_not_announced_may_cost_requests_but_each_is_sent_once_and_counted(int limit, Then then)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync(Ok);
            End(connection, connection.Number < limit ? Then.Stay : then);
        });
        var total = (await RealRun.OfSteps(server.Url, GetTwice, iterations: 30)).Total.Total();

        Assert.Equal(60, total.Sent);
        Assert.Equal((server.Requests, 60 - server.Requests), (total.Ok, total.Failed));
        Assert.Equal(server.Requests, server.Texts.Distinct().Count());
        AssertOnly(total, Broken);
    }

    [Theory]
    [InlineData(Then.Close)]
    [InlineData(Then.Reset)]
    public async Task A_request_that_was_read_but_not_answered_is_never_sent_again(Then then)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            if (connection.Number % 2 == 1)
                await connection.SayAsync(Ok);
            else
                End(connection, then);
        });
        var total = (await RealRun.OfSteps(server.Url, GetTwice, iterations: 20)).Total.Total();

        Assert.Equal((40, 20, 20, 40), (total.Sent, total.Ok, total.Failed, server.Texts.Distinct().Count()));
        Assert.Equal([then == Then.Close ? "connection_closed" : "connection_reset"], total.ErrorTypes.Keys);
    }

    [Theory]
    [InlineData(Then.Stay)]
    [InlineData(Then.Close)]
    [InlineData(Then.Reset)]
    public async Task A_server_that_accepts_and_says_nothing_is_a_failure(Then then)
    {
        await using var server = new ScriptedServer(async connection =>
        {
            End(connection, then);
            if (then == Then.Stay)
                await connection.UntilLeftAsync();
        });
        var total = await UnpreparedAsync(server.Url, then == Then.Stay ? "200ms" : "20s");

        Assert.Equal((2, 2), (total.Sent, total.FailedRequests));
        AssertOnly(total, then == Then.Stay ? ["timed_out"] : Broken);
    }

    [Fact]
    public async Task A_server_that_does_not_even_accept_is_timed_out()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var total = await UnpreparedAsync(new Uri($"http://{listener.LocalEndpoint}"), "200ms");

        Assert.Equal((2, 2), (total.TimedOut, total.ErrorTypes["timed_out"]));
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_refused_each_time()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var total = await UnpreparedAsync(new Uri($"http://{taken.LocalEndPoint}"));

        Assert.Equal((2, 2), (total.Sent, total.ErrorTypes["connect_refused"]));
    }

    [Theory]
    [InlineData("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", Then.Close)]
    [InlineData("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", Then.Stay)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstale", Then.Stay)]
    public async Task What_a_server_says_unasked_on_an_idle_connection_is_never_taken_for_an_answer(string unasked, Then then)
    {
        ScriptedConnection? idle = null;
        await using var server = new ScriptedServer((connection, _) => (idle = connection).SayAsync(Ok));
        await using var bell = new ScriptedServer(async (connection, _) =>
        {
            await idle!.SayAsync(unasked);
            End(idle, then);
            await connection.SayAsync(Ok);
        });
        var total = (await RealRun.Of($$"""
            name: x
            duration: 10s
            max_virtual_users: 1
            load_pattern: { type: per_user_iterations, iterations: 1 }
            scenario_config:
              think_time: 0
              scenarios: [ { name: s, user_journey: [
                { action: http, path: /a }, { action: http, path: "{{bell.Url}}ring" }, { action: http, path: /b, checks: [ { text: ok } ] } ] } ]
            """, server.Url, bell.Url)).Total.Total();

        AssertOnly(total, Broken);
        Assert.Equal((3, 0, total.Ok), (total.Sent, total.ChecksFailed, total.StatusCodes[200]));
    }

    [Fact]
    public async Task A_request_on_its_way_at_the_end_of_the_run_is_aborted_within_ten_seconds_and_its_iteration_cut_short()
    {
        await using var server = ScriptedServer.Saying("");
        var end = await RealRun.Of("""
            name: x
            duration: 1s
            max_virtual_users: 3
            load_pattern: { type: constant }
            scenario_config: { scenarios: [ { name: s, user_journey: [ { action: http, path: / } ] } ] }
            """, server.Url);

        var total = end.Total.Total();
        Assert.Equal((3, 3, 3, 3), (total.Sent, total.Aborted, total.ErrorTypes["aborted"], server.Requests));
        Assert.Equal(0, total.Response.Count);
        Assert.Equal((3, 0), (end.Total.Iterations.CutShort, end.Total.Iterations.Completed));
    }

    [Fact]
    public async Task An_answer_before_the_end_of_the_request_is_its_answer()
    {
        await using var server = new ScriptedServer(async connection =>
        {
            while (await connection.ReadMoreAsync())
            {
                await connection.SayAsync(Ok);
                await connection.ReadRequestAsync();
            }
        });
        var total = await PostAsync(server, 800_000);

        await server.UntilAskedAsync(2);
        Assert.Equal((2, 2, 2, 1), (total.Sent, total.Ok, server.Requests, server.Connections));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    public async Task An_early_refusal_is_the_answer_although_the_rest_of_the_request_is_never_read(string before)
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadMoreAsync();
            await connection.SayApartAsync(Encoding.Latin1.GetBytes(before), "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            await connection.UntilTheEndAsync();
        });
        var total = await PostAsync(server, 20_000_000);

        Assert.Equal((2, 2, 2), (total.Sent, total.Failed, server.Connections));
        AssertOnly(total, "status_413");
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(800_000)]
    [InlineData(20_000_000)]
    public async Task An_early_refusal_of_a_request_that_is_not_read_is_a_failure(int length)
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadMoreAsync();
            await connection.SayAsync("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        });
        var total = await PostAsync(server, length);

        Assert.Equal((2, 2), (total.Sent, total.Failed));
        AssertOnly(total, "status_413");
    }

    private static async Task<OperationWindow> PostAsync(ScriptedServer server, int length)
    {
        const int Part = 10_000;
        var body = string.Concat(Enumerable.Repeat($"{{{{random.text({Part})}}}}", length / Part));
        return await OfStepAsync(server, $"method: POST, path: /, body: '{body}'", iterations: 2);
    }
}
