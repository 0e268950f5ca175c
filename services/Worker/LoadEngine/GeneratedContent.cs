namespace Loadstone.LoadEngine;

/// <summary>
/// The content of a made-up file: printable characters that do not compress well, other ones each time. It is copied from one
/// block from a place drawn by the user, so that megabytes cost no more than their copying.
/// </summary>
internal sealed class GeneratedContent(long size) : Value
{
    private const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static readonly byte[] Block = MakeBlock(64 * 1024);

    public override void Write(ByteWriter writer, VirtualUser user, Escaping escaping)
    {
        var from = (int)user.Random.Between(0, Block.Length - 1);
        for (var left = size; left > 0; from = 0)
        {
            var part = (int)Math.Min(left, Block.Length - from);
            writer.Write(Block.AsSpan(from, part));
            left -= part;
        }
    }

    private static byte[] MakeBlock(int length)
    {
        var random = new SplitMix((ulong)length);
        var block = new byte[length];
        foreach (ref var b in block.AsSpan())
            b = (byte)Characters[(int)random.Between(0, Characters.Length - 1)];
        return block;
    }
}
