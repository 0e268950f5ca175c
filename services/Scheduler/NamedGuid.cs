using System.Security.Cryptography;
using System.Text;

namespace Loadstone.Scheduler;

/// <summary>Ids made from names: the same name always gives the same id (UUID version 5, RFC 9562 §5.5).</summary>
public static class NamedGuid
{
    private static readonly byte[] Namespace = new Guid("6f1d5c0e-2f65-4f0c-9d43-0a4c1f6f5b11").ToByteArray(bigEndian: true);

    public static Guid Of(string name)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // The format prescribes SHA-1; nothing secret rests on it.
        SHA1.HashData([.. Namespace, .. Encoding.UTF8.GetBytes(name)], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
