using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Loadstone.ServiceHost;

/// <summary>
/// Seals values with AES-256-GCM under the key that only services have that keep secrets (<c>LOADSTONE_SECRETS_KEY</c>, or the file that
/// <c>LOADSTONE_SECRETS_KEY_FILE</c> names). A sealed value opens only for the holder and the name it was sealed for.
/// </summary>
public sealed class SecretBox
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const string Version = "1:";

    private readonly byte[]? _key;

    private SecretBox(byte[]? key) => _key = key;

    /// <summary>False when this service was given no key: then it keeps no secrets.</summary>
    public bool HasKey => _key is not null;

    /// <summary>The box of the service with these settings.</summary>
    /// <exception cref="InvalidOperationException">The key is too short.</exception>
    public static SecretBox From(IConfiguration settings)
    {
        var text = settings["LOADSTONE_SECRETS_KEY"]
            ?? (settings["LOADSTONE_SECRETS_KEY_FILE"] is { Length: > 0 } file ? File.ReadAllText(file).Trim() : null);
        if (text is { Length: > 0 and < 32 })
            throw new InvalidOperationException("LOADSTONE_SECRETS_KEY must have at least 32 characters.");
        return new SecretBox(text is { Length: > 0 } ? HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(text), 32, info: "loadstone secrets"u8.ToArray()) : null);
    }

    /// <summary>Seals a value.</summary>
    /// <param name="holder">Whose it is, such as an environment.</param>
    /// <param name="name">What it is called there.</param>
    /// <param name="value">The value.</param>
    public string Seal(Guid holder, string name, string value)
    {
        var plain = Encoding.UTF8.GetBytes(value);
        var box = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_key!, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes, plain.Length), box.AsSpan(^TagBytes..), Label(holder, name));
        return Version + Convert.ToBase64String(box);
    }

    /// <summary>Opens a value.</summary>
    /// <param name="holder">Whose it is.</param>
    /// <param name="name">What it is called there.</param>
    /// <param name="sealedValue">What <see cref="Seal"/> made of it.</param>
    /// <exception cref="CryptographicException">It was sealed under another key, or for another place.</exception>
    public string Open(Guid holder, string name, string sealedValue)
    {
        if (!HasKey || !sealedValue.StartsWith(Version, StringComparison.Ordinal))
            throw new CryptographicException("there is no key for this value");
        var box = Convert.FromBase64String(sealedValue[Version.Length..]);
        var plain = new byte[box.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_key!, TagBytes);
        aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes, plain.Length), box.AsSpan(^TagBytes..), plain, Label(holder, name));
        return Encoding.UTF8.GetString(plain);
    }

    private static byte[] Label(Guid holder, string name) => Encoding.UTF8.GetBytes($"{holder:N}/{name}");
}
