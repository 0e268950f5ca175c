using System.Buffers;

namespace Loadstone.LoadEngine;

/// <summary>
/// The buffers of one lane. Pages of one size, which nearly all requests and answers fit in, come from a stack of the lane's
/// own: the one used last is still in the core's cache. Larger ones are rented from the process.
/// </summary>
/// <remarks>Used on its lane's thread only.</remarks>
internal sealed class PagePool
{
    public const int PageSize = 4096;

    private readonly Stack<byte[]> _free = new();

    /// <summary>A buffer of at least that size; its content is whatever it was.</summary>
    public byte[] Rent(int size)
    {
        if (size > PageSize)
            return ArrayPool<byte>.Shared.Rent(size);
        return _free.TryPop(out var page) ? page : new byte[PageSize];
    }

    public void Return(byte[] buffer)
    {
        if (buffer.Length == PageSize)
            _free.Push(buffer);
        else
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
