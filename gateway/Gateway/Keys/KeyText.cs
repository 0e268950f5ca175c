using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Loadstone.Gateway.Keys;

/// <summary>Secrets as callers hold them: long enough to be beyond guessing, so that a plain hash is all that need be kept.</summary>
internal static class KeyText
{
    private const string Start = "lsk_";
    private const int RandomBytes = 32;
    private const int ShownCharacters = 12;

    public static string New() => Start + NewSecret();

    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    public static bool IsKey(string text) => text.StartsWith(Start, StringComparison.Ordinal);

    /// <summary>What may be shown of a key for ever.</summary>
    public static string PrefixOf(string key) => key[..ShownCharacters];
}
