using System.Net;
using System.Net.Sockets;
using System.Text;
using Loadstone.Alerting.Delivery;
using Microsoft.Extensions.Configuration;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>What a mail server is told, over a socket.</summary>
public sealed class MailTests : IDisposable
{
    private static readonly Letter Any = new("the-id", "alert.raised.high",
        Encoding.UTF8.GetBytes("""{"alert_id":"a","execution_name":"night\r\nBcc: eve@example.org","metric_name":"p95_response_time","message":"p95_response_time ≤ 100 does not hold: 200","threshold_value":100}"""));

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public MailTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task An_alert_comes_as_a_mail_to_each_recipient()
    {
        var told = ServeAsync("250 taken");
        await Server().SendAsync(["ada@example.org", "eve@example.org"], Any, CancellationToken.None);

        var lines = await told;
        Assert.Contains("MAIL FROM:<loadstone@example.org>", lines);
        Assert.Equal(["RCPT TO:<ada@example.org>", "RCPT TO:<eve@example.org>"], lines.Where(l => l.StartsWith("RCPT", StringComparison.Ordinal)));
        Assert.Contains("Message-ID: <the-id@loadstone>", lines, StringComparer.OrdinalIgnoreCase);
        Assert.Contains(lines, l => l.StartsWith("Subject: [high] raised: p95_response_time in nightBcc:", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("Bcc:", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("p95_response_time ≤ 100 does not hold: 200", BodyOf(lines));
        Assert.Contains("threshold value: 100", BodyOf(lines));
    }

    [Fact]
    public async Task A_server_that_does_not_take_it_says_why()
    {
        var told = ServeAsync("552 the mailbox is full");

        var refusal = await Assert.ThrowsAsync<NotDeliveredException>(() => Server().SendAsync(["ada@example.org"], Any, CancellationToken.None));
        await told;
        Assert.Contains("the mail server did not take it", refusal.Message);
        Assert.DoesNotContain("pass word", refusal.Message);
    }

    private MailServer Server() => new(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["LOADSTONE_SMTP_URL"] = $"smtp://user:pass%20word@127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}",
        ["LOADSTONE_SMTP_FROM"] = "loadstone@example.org",
    }).Build());

    // As much of SMTP (RFC 5321) as one mail takes. Ends with what it was told, when the mail was or was not taken.
    private async Task<List<string>> ServeAsync(string afterData)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = await _listener.AcceptTcpClientAsync(patience.Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        var (told, isData) = (new List<string>(), false);
        await writer.WriteLineAsync("220 ready");
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            told.Add(line);
            if (isData && line != ".")
                continue;
            await writer.WriteLineAsync(isData ? afterData : line.Split(' ')[0].ToUpperInvariant() switch
            {
                "EHLO" => "250-here\r\n250 AUTH LOGIN",
                "AUTH" => "334 UGFzc3dvcmQ6",
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                "MAIL" or "RCPT" => "250 well",
                _ => "235 welcome",
            });
            if (isData)
                return told;
            isData = line == "DATA";
        }

        return told;
    }

    private static string BodyOf(List<string> lines)
    {
        var text = string.Join("", lines.Skip(lines.IndexOf("")).SkipWhile(l => l.Length == 0).TakeWhile(l => l != "."));
        return lines.Any(l => l.Contains("base64", StringComparison.Ordinal)) ? Encoding.UTF8.GetString(Convert.FromBase64String(text))
            : Encoding.UTF8.GetString([.. System.Text.RegularExpressions.Regex.Replace(text, "=([0-9A-F]{2})", m => ((char)Convert.ToInt32(m.Groups[1].Value, 16)).ToString(), System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Select(c => (byte)c)]);
    }
}
