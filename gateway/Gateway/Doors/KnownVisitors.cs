using Microsoft.Extensions.Caching.Memory;

namespace Loadstone.Gateway.Doors;

/// <summary>
/// What the database said about a credential, kept for a few seconds, so that a request costs no question of its own. Whatever
/// takes a right away calls <see cref="ForgetAll"/>, and holds at once here; other instances learn of it when their few seconds are over.
/// </summary>
internal sealed class KnownVisitors : IDisposable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);

    // Bounded, for anybody can come up with wrong credentials.
    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 20_000 });

    /// <summary>Who a credential stands for; null when for nobody. Many who ask at once wait for one answer.</summary>
    public async Task<Visitor?> FindAsync(string credential, Func<Task<Visitor?>> ask)
    {
        // Asking begins after the entry is in place, so that forgetting always hits whatever was asked before it.
        var answer = _known.GetOrCreate(credential, entry =>
        {
            (entry.Size, entry.AbsoluteExpirationRelativeToNow) = (1, KeptFor);
            return new Lazy<Task<Visitor?>>(ask);
        })!;
        try
        {
            return await answer.Value;
        }
        catch
        {
            _known.Remove(credential);
            throw;
        }
    }

    public bool Knows(string credential) => _known.TryGetValue(credential, out _);

    public void ForgetAll() => _known.Clear();

    public void Dispose() => _known.Dispose();
}
