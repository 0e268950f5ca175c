using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>What a client said in one connection, before it was encrypted and after.</summary>
internal sealed record Conversation(List<string> InTheClear, List<string> Encrypted);

/// <summary>A small mail server on a socket of its own: as much of SMTP (RFC 5321) as one mail takes, with STARTTLS (RFC 3207) where it has a certificate.</summary>
internal sealed class MailReceiver : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<Conversation> _heard = Channel.CreateUnbounded<Conversation>();
    private readonly X509Certificate2? _certificate;
    private readonly string _afterData;

    public MailReceiver(X509Certificate2? certificate = null, string afterData = "250 taken")
    {
        (_certificate, _afterData) = (certificate, afterData);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The next conversation that is over.</summary>
    public async Task<Conversation> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _heard.Reader.ReadAsync(patience.Token);
    }

    /// <summary>The conversations that are over and were not asked for yet.</summary>
    public IEnumerable<Conversation> Heard()
    {
        while (_heard.Reader.TryRead(out var next))
            yield return next;
    }

    /// <summary>Writes its certificate where a client is to look for those it may trust.</summary>
    public string WriteCertificate(string folder)
    {
        var path = Path.Combine(folder, "mail.pem");
        File.WriteAllText(path, _certificate!.ExportCertificatePem());
        return path;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _certificate?.Dispose();
    }

    /// <summary>A certificate for localhost that nobody else vouches for.</summary>
    public static X509Certificate2 SelfMade()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>The text of a mail, whatever it was encoded as.</summary>
    public static string BodyOf(List<string> lines)
    {
        var body = lines.Skip(lines.IndexOf("")).SkipWhile(l => l.Length == 0).TakeWhile(l => l != ".").ToList();
        return lines.Any(l => l.Contains("base64", StringComparison.Ordinal)) ? Encoding.UTF8.GetString(Convert.FromBase64String(string.Concat(body)))
            : Encoding.UTF8.GetString([.. BytesOf(string.Join('\n', body).Replace("=\n", "", StringComparison.Ordinal))]);
    }

    // Quoted-printable, RFC 2045.
    private static IEnumerable<byte> BytesOf(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            yield return text[i] == '=' ? Convert.ToByte(text.Substring(i + 1, 2), 16) : (byte)text[i];
            i += text[i] == '=' ? 2 : 0;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Nobody listens any more.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        using var patience = new CancellationTokenSource(Patience);
        var heard = new Conversation([], []);
        try
        {
            if (await SpeakAsync(client.GetStream(), "220 ready", heard.InTheClear, patience.Token))
            {
                await using var encrypted = new SslStream(client.GetStream());
                await encrypted.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, patience.Token);
                await SpeakAsync(encrypted, null, heard.Encrypted, patience.Token);
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException)
        {
            // Who hangs up has said what he had to say.
        }

        _heard.Writer.TryWrite(heard);
    }

    // True when it is to go on encrypted.
    private async Task<bool> SpeakAsync(Stream stream, string? greeting, List<string> told, CancellationToken cancellation)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\r\n", AutoFlush = true };
        if (greeting is not null)
            await writer.WriteLineAsync(greeting);
        for (var isData = false; await reader.ReadLineAsync(cancellation) is { } line;)
        {
            told.Add(line);
            if (isData && line != ".")
                continue;
            await writer.WriteLineAsync(isData ? _afterData : AnswerTo(line.Split(' ')[0].ToUpperInvariant(), greeting is null));
            isData = !isData && line == "DATA";
            if (line == "STARTTLS")
                return true;
        }

        return false;
    }

    private string AnswerTo(string verb, bool isEncrypted) => verb switch
    {
        "EHLO" => $"250-here\r\n{(_certificate is null || isEncrypted ? "" : "250-STARTTLS\r\n")}250 AUTH LOGIN",
        "STARTTLS" => "220 go on",
        "AUTH" => "334 UGFzc3dvcmQ6",
        "DATA" => "354 go on",
        "QUIT" => "221 bye",
        "MAIL" or "RCPT" => "250 well",
        _ => "235 welcome",
    };
}
