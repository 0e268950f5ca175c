using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Loadstone.SampleTarget;

/// <summary>A list that is the same for everyone, answered page by page from bytes made once.</summary>
internal sealed class Listing<T>(IReadOnlyList<T> items, int perPage = 20)
{
    private static readonly JsonTypeInfo<Page<T>> Shape = (JsonTypeInfo<Page<T>>)Wire.Default.Options.GetTypeInfo(typeof(Page<T>));

    private readonly Lock _changing = new();
    private readonly T[] _items = [.. items];
    private readonly byte[]?[] _pages = new byte[]?[(items.Count + perPage - 1) / perPage];

    public IReadOnlyList<T> Items => _items;

    /// <summary>A page behind the last one is empty.</summary>
    public Task PageAsync(HttpContext context)
    {
        var page = Query.Whole(context, "page", absent: 1, least: 1, most: 1_000_000);
        var made = page <= _pages.Length ? Volatile.Read(ref _pages[page - 1]) : null;
        Answer.Write(context.Response, "application/json", made ?? Make(page));
        return Task.CompletedTask;
    }

    /// <summary>Puts the changed item in the place of the one before; its page is made anew when next asked for.</summary>
    public T Change(int index, Func<T, T> change)
    {
        lock (_changing)
        {
            _items[index] = change(_items[index]);
            _pages[index / perPage] = null;
            return _items[index];
        }
    }

    // Under the lock, or a page made from an old item could be kept after the item has changed.
    private byte[] Make(int page)
    {
        lock (_changing)
        {
            var shown = _items.Skip((page - 1) * perPage).Take(perPage).ToArray();
            var bytes = Scratch.Json(new Page<T>(shown, page, _pages.Length, _items.Length), Shape).ToArray();
            if (page <= _pages.Length) Volatile.Write(ref _pages[page - 1], bytes);
            return bytes;
        }
    }
}

internal sealed record Page<T>(IReadOnlyList<T> Items, [property: JsonPropertyName("page")] int Number, int Pages, int Total);
