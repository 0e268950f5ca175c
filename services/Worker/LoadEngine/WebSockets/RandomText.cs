namespace Loadstone.LoadEngine.WebSockets;

/// <summary>Texts of random letters, cut from one long text, so that their length costs nothing but the copy.</summary>
internal static class RandomText
{
    private const int Longest = 1 << 20;

    private static readonly string Letters = string.Create(2 * Longest, new SplitMix(1), static (text, random) =>
    {
        foreach (ref var c in text)
            c = (char)random.Between('a', 'z');
    });

    /// <summary>A text of a length of at most 1 Mi characters.</summary>
    public static string Of(int length, ref SplitMix random) => Letters.Substring((int)random.Between(0, Letters.Length - length), length);
}
