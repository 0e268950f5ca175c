using System.Security.Cryptography;
using System.Text;

namespace Loadstone.Configuration.Environments;

/// <summary>The sealed values of one environment's secrets. Kept beside its stream, whose events have names only.</summary>
/// <param name="Id">The environment.</param>
/// <param name="Sealed">Name to sealed value.</param>
public sealed record EnvironmentSecrets(Guid Id, IReadOnlyDictionary<string, string> Sealed);

/// <summary>
/// Seals values with AES-256-GCM under the key that this service alone has (<c>LOADSTONE_SECRETS_KEY</c>, or the file that
/// <c>LOADSTONE_SECRETS_KEY_FILE</c> names). A sealed value opens only for the environment and the name it was sealed for.
/// </summary>
internal sealed class SecretBox(byte[]? key)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const string Version = "1:";

    /// <summary>False when this service was given no key: then it keeps no secrets.</summary>
    public bool HasKey => key is not null;

    public static SecretBox From(IConfiguration settings)
    {
        var text = settings["LOADSTONE_SECRETS_KEY"]
            ?? (settings["LOADSTONE_SECRETS_KEY_FILE"] is { Length: > 0 } file ? File.ReadAllText(file).Trim() : null);
        if (text is { Length: > 0 and < 32 })
            throw new InvalidOperationException("LOADSTONE_SECRETS_KEY must have at least 32 characters.");
        return new SecretBox(text is { Length: > 0 } ? HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(text), 32, info: "loadstone secrets"u8.ToArray()) : null);
    }

    public string Seal(Guid environment, string name, string value)
    {
        var plain = Encoding.UTF8.GetBytes(value);
        var box = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key!, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes, plain.Length), box.AsSpan(^TagBytes..), Label(environment, name));
        return Version + Convert.ToBase64String(box);
    }

    /// <exception cref="CryptographicException">It was sealed under another key, or for another place.</exception>
    public string Open(Guid environment, string name, string sealedValue)
    {
        if (!HasKey || !sealedValue.StartsWith(Version, StringComparison.Ordinal))
            throw new CryptographicException("there is no key for this value");
        var box = Convert.FromBase64String(sealedValue[Version.Length..]);
        var plain = new byte[box.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key!, TagBytes);
        aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes, plain.Length), box.AsSpan(^TagBytes..), plain, Label(environment, name));
        return Encoding.UTF8.GetString(plain);
    }

    private static byte[] Label(Guid environment, string name) => Encoding.UTF8.GetBytes($"{environment:N}/{name}");
}
