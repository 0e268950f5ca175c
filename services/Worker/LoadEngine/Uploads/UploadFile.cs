using System.Security.Cryptography;

namespace Loadstone.LoadEngine.Uploads;

/// <summary>
/// The file of one upload: made up from a seed, so that no two uploads are alike and none is kept in memory. Each chunk is cut
/// from one shared block at a place of its own.
/// </summary>
internal sealed class UploadFile(long size, int chunkSize, ulong seed)
{
    private const int BlockSize = 256 * 1024;

    private static readonly byte[] Block = MakeBlock();

    /// <summary>The chunk that is next on its way.</summary>
    public int Chunk { get; set; }

    public int Chunks => (int)((size + chunkSize - 1) / chunkSize);

    /// <summary>The present chunk's length.</summary>
    public int ChunkLength => LengthOf(Chunk);

    /// <summary>Part of the present chunk, from <paramref name="offset"/> on: as much as lies in one piece.</summary>
    public ReadOnlyMemory<byte> PieceFrom(int offset) => PieceOf(Chunk, offset);

    /// <summary>The SHA-256 of the whole file, in lower-case hexadecimal. Takes milliseconds for megabytes.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var chunk = 0; chunk < Chunks; chunk++)
        {
            var length = LengthOf(chunk);
            for (var done = 0; done < length; done += PieceOf(chunk, done).Length)
                hash.AppendData(PieceOf(chunk, done).Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private int LengthOf(int chunk) => (int)Math.Min(chunkSize, size - ((long)chunk * chunkSize));

    // Where the block ends, it begins again.
    private ReadOnlyMemory<byte> PieceOf(int chunk, int offset)
    {
        var from = (int)((SplitMix.Of((int)seed, chunk).Next() + (ulong)offset) % BlockSize);
        return Block.AsMemory(from, Math.Min(LengthOf(chunk) - offset, BlockSize - from));
    }

    private static byte[] MakeBlock()
    {
        var block = new byte[BlockSize];
        var random = new SplitMix(BlockSize);
        for (var i = 0; i < block.Length; i += sizeof(ulong))
            BitConverter.TryWriteBytes(block.AsSpan(i), random.Next());
        return block;
    }
}
