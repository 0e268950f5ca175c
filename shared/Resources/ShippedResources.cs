using System.Security.Cryptography;
using System.Text;

namespace Loadstone.Resources;

/// <summary>Resources that come with the platform: the same for everybody, older than all that people make, and never written.</summary>
public static class ShippedResources
{
    private const string Maker = "loadstone";
    private static readonly DateTimeOffset Made = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The resources of a kind, by name: newest first, they stand in the order of their names.</summary>
    public static IReadOnlyList<TResource> Of<TBody, TResource>(string kind, IEnumerable<TBody> bodies, Func<TBody, string> nameOf, Func<TBody, TResource> make)
        where TResource : Resource =>
        [.. bodies.OrderBy(nameOf, StringComparer.Ordinal).Select((body, i) => make(body) with
        {
            Id = IdOf(kind, nameOf(body)),
            CreatedBy = Maker,
            CreatedAt = Made.AddSeconds(-i),
            UpdatedAt = Made.AddSeconds(-i),
            Version = 1,
        })];

    // The same name has the same id everywhere and always (UUID version 8, RFC 9562 section 5.8).
    private static Guid IdOf(string kind, string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"loadstone {kind} {name}")).AsSpan(0, 16);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
