using System.Security.Cryptography.X509Certificates;

namespace Loadstone.LoadEngine.Tests;

/// <content>TLS that does not come about.</content>
public sealed partial class OddServerTests
{
    private static readonly X509Certificate2 Unknown = TestCertificate.Make();

    [Fact]
    public async Task A_certificate_that_nobody_knows_is_a_tls_failure()
    {
        await using var server = new ScriptedServer(connection => connection.SecureAsync(Unknown));

        await AssertFailsTlsAsync(server, "tls_failed");
    }

    [Fact]
    public async Task A_certificate_that_nobody_knows_is_refused_before_the_run_when_it_is_the_targets()
    {
        await using var server = new ScriptedServer(connection => connection.SecureAsync(Unknown));
        var thrown = await Assert.ThrowsAsync<PlanNotRunnableException>(() => RealRun.OfSteps(server.TlsUrl, GetTwice));

        Assert.EndsWith("cannot be reached: the TLS handshake failed", thrown.Message);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "tls_failed")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "tls_failed")]
    [InlineData("\u0015\u0003\u0003\0\u0002\u0002\u0028", "tls_failed")]
    public async Task A_plain_answer_to_a_TLS_greeting_is_a_tls_failure(string answer, string error)
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadMoreAsync();
            await connection.SayAsync(answer);
            await connection.UntilLeftAsync();
        });

        await AssertFailsTlsAsync(server, error);
    }

    [Theory]
    [InlineData(Then.Stay, "timed_out")]
    [InlineData(Then.Close, "connection_closed")]
    [InlineData(Then.Reset, "connection_reset")]
    public async Task A_handshake_that_stops_is_a_failure_with_a_name(Then then, string error)
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadMoreAsync();
            End(connection, then);
            if (then == Then.Stay)
                await connection.UntilLeftAsync();
        });

        await AssertFailsTlsAsync(server, error);
    }

    [Fact]
    public async Task Plain_HTTP_to_a_TLS_port_is_a_failure_with_a_name()
    {
        await using var server = new ScriptedServer(connection => connection.SecureAsync(Unknown));
        var total = await UnpreparedAsync(server.Url);

        Assert.Equal((2, 2), (total.Sent, total.Failed));
        AssertOnly(total, [.. Broken, "malformed_response"]);
    }

    private static async Task AssertFailsTlsAsync(ScriptedServer server, string error)
    {
        var total = await UnpreparedAsync(server.TlsUrl, error == "timed_out" ? "300ms" : "20s");

        Assert.Equal((2, 2, 2), (total.Sent, total.FailedRequests, server.Connections));
        Assert.Equal([error], total.ErrorTypes.Keys);
    }
}
