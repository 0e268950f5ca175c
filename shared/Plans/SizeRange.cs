using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>A size drawn evenly: <c>{ min: 10, max: 200 }</c>, in bytes or with units.</summary>
/// <param name="Min">The smallest, in bytes: 0 to 1MB.</param>
/// <param name="Max">The largest, in bytes: <paramref name="Min"/> to 1MB.</param>
public sealed record SizeRange(
    [property: JsonConverter(typeof(ByteSizeConverter))] long Min, [property: JsonConverter(typeof(ByteSizeConverter))] long Max)
{
    private const long Largest = 1L << 20;

    internal static SizeRange? Read(DocumentNode parent, string name)
    {
        if (parent.Object(name) is not { } node)
            return null;
        foreach (var end in new[] { "min", "max" }.Where(e => !node.Has(e)))
            node.Error(end, "is required");
        var range = new SizeRange(node.Bytes("min", 0, Largest) ?? 0, node.Bytes("max", 0, Largest) ?? Largest);
        if (range.Max < range.Min)
            node.Error("max", "must not be below min");
        node.RefuseUnknown();
        return range;
    }
}
