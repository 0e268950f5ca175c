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

    /// <summary>Hands out the present chunk piece by piece.</summary>
    public void Write(ByteWriter writer) => ForEachPiece(Chunk, piece => writer.Write(piece));

    /// <summary>The SHA-256 of the whole file, in lower-case hexadecimal. Takes milliseconds for megabytes.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var chunk = 0; chunk < Chunks; chunk++)
            ForEachPiece(chunk, hash.AppendData);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void ForEachPiece(int chunk, Action<ReadOnlySpan<byte>> take)
    {
        var from = (int)(SplitMix.Of((int)seed, chunk).Next() % BlockSize);
        for (var left = Math.Min(chunkSize, size - ((long)chunk * chunkSize)); left > 0; from = 0)
        {
            var part = (int)Math.Min(left, BlockSize - from);
            take(Block.AsSpan(from, part));
            left -= part;
        }
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
