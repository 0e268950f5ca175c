using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Security.Authentication;
using System.Text;
using System.Text.Json.Nodes;

namespace Loadstone.Alerting.Delivery;

/// <summary>
/// Sends letters as e-mails by the operator's SMTP server: <c>LOADSTONE_SMTP_URL</c> is <c>smtp://host:port</c>, <c>smtp+starttls://host:port</c> for
/// a server that must encrypt, or <c>smtp://name:password@host:port</c>, which must too; <c>LOADSTONE_SMTP_FROM</c> is the sender.
/// </summary>
public sealed class MailServer(IConfiguration settings)
{
    private const string UrlSetting = "LOADSTONE_SMTP_URL";
    private const string FromSetting = "LOADSTONE_SMTP_FROM";
    private const string UsualFrom = "loadstone@localhost";
    private const string MustEncrypt = "smtp+starttls";
    private const int UsualPort = 25;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static bool IsKnown(IConfiguration settings) => UrlOf(settings) is not null;

    /// <exception cref="InvalidOperationException">The settings are there, and cannot be used.</exception>
    public static void Check(IConfiguration settings)
    {
        if (!string.IsNullOrEmpty(settings[UrlSetting]) && (UrlOf(settings) is not { } url || (url.UserInfo.Length > 0 && !url.UserInfo.Contains(':', StringComparison.Ordinal))))
            throw new InvalidOperationException($"{UrlSetting} must be smtp://host:port, smtp+starttls://host:port or smtp://name:password@host:port");
        if (settings[FromSetting] is { Length: > 0 } from && !MailAddress.TryCreate(from, out _))
            throw new InvalidOperationException($"{FromSetting} must be an e-mail address");
    }

    /// <exception cref="NotDeliveredException">The server did not take it.</exception>
    public async Task SendAsync(IReadOnlyList<string> to, Letter letter, CancellationToken cancellation)
    {
        var url = UrlOf(settings) ?? throw new NotDeliveredException($"the operator of this platform has named no {UrlSetting}");
        using var client = new SmtpClient(url.Host, url.Port > 0 ? url.Port : UsualPort) { EnableSsl = url.Scheme == MustEncrypt || url.UserInfo.Length > 0 };
        if (url.UserInfo.Split(':', 2) is [var name, var password])
            client.Credentials = new NetworkCredential(Uri.UnescapeDataString(name), Uri.UnescapeDataString(password));
        using var message = Message(to, letter);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await client.SendMailAsync(message, patience.Token);
        }
        catch (Exception e) when (e is SmtpException or IOException or AuthenticationException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new NotDeliveredException($"the mail server did not take it: {ReasonOf(e, client.EnableSsl)}");
        }
    }

    private static string ReasonOf(Exception e, bool mustEncrypt) => e switch
    {
        OperationCanceledException => $"it did not answer in {Patience.TotalSeconds} s",
        // The client's own refusal, before it tells anything.
        SmtpException { StatusCode: SmtpStatusCode.GeneralFailure, InnerException: null } when mustEncrypt => "it offers no STARTTLS, without which nothing is told to it",
        _ => Errors.Fault.Presentable((e.InnerException ?? e).Message),
    };

    private static Uri? UrlOf(IConfiguration settings) =>
        Uri.TryCreate(settings[UrlSetting], UriKind.Absolute, out var url) && url.Host.Length > 0 && url.Scheme is "smtp" or MustEncrypt ? url : null;

    private MailMessage Message(IReadOnlyList<string> to, Letter letter)
    {
        var (body, words) = (JsonNode.Parse(letter.Body.Span)!.AsObject(), letter.Event.Split('.'));
        var message = new MailMessage
        {
            From = new MailAddress(settings[FromSetting] is { Length: > 0 } from ? from : UsualFrom),
            Subject = OneLine($"[{words[^1]}] {words[1]}: {body["metric_name"]} in {body["execution_name"]?.ToString() ?? $"the run {body["execution_id"]}"}"),
            SubjectEncoding = Encoding.UTF8,
            Body = TextOf(body),
            BodyEncoding = Encoding.UTF8,
        };
        message.Headers.Add("Message-ID", string.Create(CultureInfo.InvariantCulture, $"<{letter.Id}@loadstone>"));
        foreach (var address in to)
            message.To.Add(address);
        return message;
    }

    private static string TextOf(JsonObject body)
    {
        var text = new StringBuilder();
        if (body["message"] is { } message)
            text.Append(message).Append("\n\n");
        foreach (var (name, value) in body.Where(m => m.Key != "message" && m.Value is not null))
            text.Append(CultureInfo.InvariantCulture, $"{name.Replace('_', ' ')}: {value}\n");
        return text.ToString();
    }

    private static string OneLine(string text) => new([.. text.Where(c => !char.IsControl(c)).Take(200)]);
}
