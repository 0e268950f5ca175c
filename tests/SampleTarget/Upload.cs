using System.IO.Pipelines;
using System.Security.Cryptography;

namespace Loadstone.SampleTarget;

/// <summary>One file on its way. Chunks come in order, one at a time; one that broke off may be sent again.</summary>
internal sealed class Upload(string id, UploadRequest? request)
{
    public const long MostBytes = 1L << 30;

    // Whoever has taken the turn may touch what stands below it.
    private int _taken;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _received;
    private long _chunkStart;
    private int _nextChunk;
    private string? _sha256;

    public UploadView View() =>
        new(id, _sha256 is null ? "open" : "complete", Volatile.Read(ref _received), Volatile.Read(ref _nextChunk), request?.Name, request?.Size, _sha256);

    public Task<UploadView> TakeChunkAsync(int number, PipeReader body, CancellationToken aborted) => InTurnAsync(async () =>
    {
        if (number < _nextChunk) return;
        if (number > _nextChunk) throw Answer.Refuse(409, $"Chunk {_nextChunk} is next.");
        await HashAsync(body, alreadyHashed: _received - _chunkStart, aborted);
    });

    public Task<UploadView> TakeRangeAsync(long from, PipeReader body, CancellationToken aborted) => InTurnAsync(async () =>
    {
        if (from > _received) throw Answer.Refuse(409, $"Byte {_received} is next.");
        await HashAsync(body, alreadyHashed: _received - from, aborted);
    });

    /// <summary>Closes the file; a size or hash named at the beginning must be right. Doing it again gives the same answer.</summary>
    public UploadView Complete(out bool isFirst)
    {
        TakeTurn();
        try
        {
            isFirst = _sha256 is null;
            if (request?.Size is { } size && size != _received) throw Answer.Refuse(409, $"{_received} of {size} bytes have come.");
            var sha256 = _sha256 ?? Convert.ToHexStringLower(_hash.GetCurrentHash());
            if (request?.Sha256 is { } expected && !expected.Equals(sha256, StringComparison.OrdinalIgnoreCase))
                throw Answer.Refuse(409, $"The hash is {sha256}.");
            _sha256 = sha256;
            _hash.Dispose();
            return View();
        }
        finally
        {
            Volatile.Write(ref _taken, 0);
        }
    }

    private async Task<UploadView> InTurnAsync(Func<Task> take)
    {
        TakeTurn();
        try
        {
            if (_sha256 is not null) throw Answer.Refuse(409, "The upload is complete.");
            await take();
            return View();
        }
        finally
        {
            Volatile.Write(ref _taken, 0);
        }
    }

    private void TakeTurn()
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0) throw Answer.Refuse(409, "Another chunk of this upload is under way.");
    }

    /// <summary>Adds a chunk to the hash, but for its first bytes if they were hashed before an earlier attempt broke off.</summary>
    private async Task HashAsync(PipeReader body, long alreadyHashed, CancellationToken aborted)
    {
        while (true)
        {
            var read = await body.ReadAsync(aborted);
            var skipped = Math.Min(alreadyHashed, read.Buffer.Length);
            alreadyHashed -= skipped;
            foreach (var piece in read.Buffer.Slice(skipped)) Add(piece.Span);
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }
        _chunkStart = _received;
        _nextChunk++;
    }

    private void Add(ReadOnlySpan<byte> piece)
    {
        if (_received + piece.Length > MostBytes) throw Answer.Refuse(413, $"An upload has at most {MostBytes} bytes.");
        _hash.AppendData(piece);
        Volatile.Write(ref _received, _received + piece.Length);
    }
}

/// <summary>All optional; a size or a hash (hexadecimal) is checked when the upload is completed.</summary>
internal sealed record UploadRequest(string? Name, long? Size, string? Sha256);

internal sealed record UploadView(string Id, string Status, long Received, int NextChunk, string? Name, long? Size, string? Sha256);
