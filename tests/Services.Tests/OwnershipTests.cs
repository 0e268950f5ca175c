using System.Net;
using System.Net.Sockets;
using System.Text;
using Loadstone.Configuration.Environments;
using Loadstone.Plans;

namespace Loadstone.Services.Tests;

/// <summary>The proof that a system is its author's to put under load, looked for under the rules that hold for every request.</summary>
public sealed class OwnershipTests : IDisposable
{
    private static readonly Guid Environment = Guid.NewGuid();
    private static readonly string Token = OwnershipProof.TokenOf(Environment);
    private static readonly TargetPolicy Loopback = new() { AllowLoopback = true };

    private readonly TcpListener _web = new(IPAddress.Loopback, 0);
    private readonly Socket _dns = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<string> _asked = [];

    public OwnershipTests()
    {
        _web.Start();
        _dns.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    private string Origin => $"http://127.0.0.1:{((IPEndPoint)_web.LocalEndpoint).Port}";

    public void Dispose()
    {
        _web.Dispose();
        _dns.Dispose();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: {n}\r\n\r\n{token}", true)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n {token}\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nyou asked for {path}", false)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n{token}{token}", false)]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n{token}", false)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n", false)]
    [InlineData("nonsense", false)]
    public async Task The_system_serves_the_token_itself_and_no_redirect_stands_for_it(string answer, bool proven)
    {
        var path = OwnershipProof.PathOf(Token);
        _ = ServeAsync(answer.Replace("{token}", Token, StringComparison.Ordinal).Replace("{n}", $"{Token.Length}", StringComparison.Ordinal).Replace("{path}", path, StringComparison.Ordinal));
        var proof = await OwnershipProof.LookAsync(Origin, Token, Loopback, null, CancellationToken.None);

        Assert.Equal((proven, proven ? "file" : null), (proof.Proven, proof.Method));
        Assert.StartsWith($"GET {path} HTTP/1.1", Assert.Single(_asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_fetched_from_where_no_run_may_go()
    {
        _ = ServeAsync($"HTTP/1.1 200 OK\r\n\r\n{Token}");
        var proof = await OwnershipProof.LookAsync(Origin, Token, new TargetPolicy(), null, CancellationToken.None);
        var rebound = new TargetPolicy { Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("169.254.169.254")]) };
        var metadata = await OwnershipProof.LookAsync("http://shop.test", Token, rebound, null, CancellationToken.None);

        Assert.False(proof.Proven || metadata.Proven);
        Assert.Contains("this machine itself", proof.Detail, StringComparison.Ordinal);
        Assert.Contains("never a system under test", metadata.Detail, StringComparison.Ordinal);
        Assert.Empty(_asked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_systems_DNS_may_tell_the_token_instead(bool right)
    {
        _ = AnswerDnsAsync(right ? Token : "v=spf1 -all");
        var policy = Loopback with { Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]) };
        var proof = await OwnershipProof.LookAsync("http://shop.test:1", Token, policy, (IPEndPoint)_dns.LocalEndPoint!, CancellationToken.None);

        Assert.Equal((right, right ? "dns" : null), (proof.Proven, proof.Method));
        Assert.Equal("_loadstone.shop.test", Assert.Single(_asked));
    }

    [Fact]
    public void A_DNS_answer_cut_anywhere_gives_what_is_whole_and_nothing_else()
    {
        byte[] question = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 16, 0, 1];
        var answer = AnswerTo(question, Token);
        Assert.Equal([Token], TextRecords.Read(answer, question.Length));
        for (var length = 12; length < answer.Length; length++)
            Assert.Empty(TextRecords.Read(answer.AsSpan(0, length), question.Length));
    }

    private async Task ServeAsync(string answer)
    {
        using var socket = await _web.AcceptSocketAsync();
        var buffer = new byte[4096];
        var length = await socket.ReceiveAsync(buffer);
        _asked.Add(Encoding.ASCII.GetString(buffer, 0, length));
        await socket.SendAsync(Encoding.ASCII.GetBytes(answer));
        socket.Shutdown(SocketShutdown.Send);
    }

    private async Task AnswerDnsAsync(string text)
    {
        var buffer = new byte[512];
        var got = await _dns.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
        var labels = new List<string>();
        for (var at = 12; buffer[at] != 0; at += buffer[at] + 1)
            labels.Add(Encoding.ASCII.GetString(buffer, at + 1, buffer[at]));
        _asked.Add(string.Join('.', labels));
        await _dns.SendToAsync(AnswerTo(buffer.AsSpan(0, got.ReceivedBytes), text), got.RemoteEndPoint);
    }

    private static byte[] AnswerTo(ReadOnlySpan<byte> question, string text)
    {
        byte[] answer = [.. question, 0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, (byte)(text.Length + 1), (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
        (answer[2], answer[7]) = (0x81, 1);
        return answer;
    }
}
