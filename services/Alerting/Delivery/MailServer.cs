using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Text;
using System.Text.Json.Nodes;

namespace Loadstone.Alerting.Delivery;

/// <summary>
/// Sends letters as e-mails by the operator's SMTP server: <c>LOADSTONE_SMTP_URL</c> is <c>smtp://name:password@host:port</c>, or
/// <c>smtp+starttls://…</c> for a server that must encrypt; <c>LOADSTONE_SMTP_FROM</c> is the sender.
/// </summary>
public sealed class MailServer(IConfiguration settings)
{
    private const string UrlSetting = "LOADSTONE_SMTP_URL";
    private const int UsualPort = 25;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static bool IsKnown(IConfiguration settings) => UrlOf(settings) is not null;

    /// <exception cref="NotDeliveredException">The server did not take it.</exception>
    public async Task SendAsync(IReadOnlyList<string> to, Letter letter, CancellationToken cancellation)
    {
        var url = UrlOf(settings) ?? throw new NotDeliveredException($"the operator of this platform has named no {UrlSetting}");
        using var client = new SmtpClient(url.Host, url.Port > 0 ? url.Port : UsualPort) { EnableSsl = url.Scheme == "smtp+starttls" };
        if (url.UserInfo.Split(':', 2) is [var name, var password])
            client.Credentials = new NetworkCredential(Uri.UnescapeDataString(name), Uri.UnescapeDataString(password));
        using var message = Message(to, letter);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await client.SendMailAsync(message, patience.Token);
        }
        catch (Exception e) when (e is SmtpException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new NotDeliveredException($"the mail server did not take it: {Errors.Fault.Presentable((e.InnerException ?? e).Message)}");
        }
    }

    private static Uri? UrlOf(IConfiguration settings) =>
        Uri.TryCreate(settings[UrlSetting], UriKind.Absolute, out var url) && url.Scheme is "smtp" or "smtp+starttls" ? url : null;

    private MailMessage Message(IReadOnlyList<string> to, Letter letter)
    {
        var (body, words) = (JsonNode.Parse(letter.Body.Span)!.AsObject(), letter.Event.Split('.'));
        var message = new MailMessage
        {
            From = new MailAddress(settings["LOADSTONE_SMTP_FROM"] ?? "loadstone@localhost"),
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
