using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Loadstone.LoadEngine.Tests;

/// <summary>A certificate that signed itself: good for a day, and known to nobody.</summary>
internal static class TestCertificate
{
    public const string FileName = "self-signed.pem";

    public static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>Writes it and its key where a server reads both from one file.</summary>
    public static string WriteTo(string folder)
    {
        using var certificate = Make();
        using var key = certificate.GetECDsaPrivateKey()!;
        var file = Path.Combine(folder, FileName);
        File.WriteAllText(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        return file;
    }
}
