using System.Text;
using Loadstone.Alerting.Delivery;
using Microsoft.Extensions.Configuration;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>What a mail server is told, over a socket, and what it is not told unless it encrypts.</summary>
public sealed class MailTests
{
    private static readonly Letter Any = new("the-id", "alert.raised.high",
        Encoding.UTF8.GetBytes("""{"alert_id":"a","execution_name":"night\r\nBcc: eve@example.org","metric_name":"p95_response_time","message":"p95_response_time ≤ 100 does not hold: 200","threshold_value":100}"""));

    [Fact]
    public async Task An_alert_comes_as_a_mail_to_each_recipient()
    {
        using var receiver = new MailReceiver();
        await Server($"smtp://127.0.0.1:{receiver.Port}").SendAsync(["ada@example.org", "eve@example.org"], Any, CancellationToken.None);

        var lines = (await receiver.NextAsync()).InTheClear;
        Assert.Contains("MAIL FROM:<loadstone@example.org>", lines);
        Assert.Equal(["RCPT TO:<ada@example.org>", "RCPT TO:<eve@example.org>"], lines.Where(l => l.StartsWith("RCPT", StringComparison.Ordinal)));
        Assert.Contains("Message-ID: <the-id@loadstone>", lines, StringComparer.OrdinalIgnoreCase);
        Assert.Contains(lines, l => l.StartsWith("Subject: [high] raised: p95_response_time in nightBcc:", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("Bcc:", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("p95_response_time ≤ 100 does not hold: 200", MailReceiver.BodyOf(lines));
        Assert.Contains("threshold value: 100", MailReceiver.BodyOf(lines));
    }

    [Fact]
    public async Task A_server_that_does_not_take_it_says_why()
    {
        using var receiver = new MailReceiver(afterData: "552 the mailbox is full");

        Assert.Contains("the mail server did not take it", await RefusalAsync($"smtp://127.0.0.1:{receiver.Port}"));
    }

    [Theory]
    [InlineData("smtp://user:pass%20word@localhost:")]
    [InlineData("smtp+starttls://localhost:")]
    public async Task A_server_that_offers_no_encryption_gets_neither_a_password_nor_a_mail_that_must_be_encrypted(string url)
    {
        using var receiver = new MailReceiver();

        Assert.Equal("the mail server did not take it: it offers no STARTTLS, without which nothing is told to it", await RefusalAsync($"{url}{receiver.Port}"));
        Assert.DoesNotContain((await receiver.NextAsync()).InTheClear, l => l.Split(' ')[0].ToUpperInvariant() is "AUTH" or "MAIL");
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_vouches_for_gets_neither_a_password_nor_a_mail()
    {
        using var receiver = new MailReceiver(MailReceiver.SelfMade());

        Assert.Contains("certificate", await RefusalAsync($"smtp://user:pass%20word@localhost:{receiver.Port}"));
        var heard = await receiver.NextAsync();
        Assert.DoesNotContain(heard.InTheClear, l => l.Split(' ')[0].ToUpperInvariant() is "AUTH" or "MAIL");
        Assert.Empty(heard.Encrypted);
    }

    [Theory]
    [InlineData("smtps://mail.example", "loadstone@example.org", "LOADSTONE_SMTP_URL")]
    [InlineData("mail.example", "loadstone@example.org", "LOADSTONE_SMTP_URL")]
    [InlineData("smtp://user@mail.example", "loadstone@example.org", "LOADSTONE_SMTP_URL")]
    [InlineData("smtp://mail.example", "nobody", "LOADSTONE_SMTP_FROM")]
    public void Settings_that_cannot_be_used_are_named_at_the_start(string url, string from, string setting)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => MailServer.Check(Settings(url, from)));

        Assert.StartsWith(setting, refusal.Message);
        Assert.DoesNotContain("user", refusal.Message);
    }

    [Fact]
    public void Without_a_mail_server_nothing_is_wrong() => MailServer.Check(new ConfigurationBuilder().Build());

    private static async Task<string> RefusalAsync(string url)
    {
        var refusal = await Assert.ThrowsAsync<NotDeliveredException>(() => Server(url).SendAsync(["ada@example.org"], Any, CancellationToken.None));
        Assert.DoesNotContain("pass", refusal.Message);
        return refusal.Message;
    }

    private static MailServer Server(string url) => new(Settings(url, "loadstone@example.org"));

    private static IConfiguration Settings(string url, string from) => new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["LOADSTONE_SMTP_URL"] = url,
        ["LOADSTONE_SMTP_FROM"] = from,
    }).Build();
}
