using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>
/// One part of a multipart/form-data body (RFC 7578): a field with its <see cref="Value"/>, or a file of <see cref="Size"/>
/// bytes whose content is made up anew for each request.
/// </summary>
public sealed record MultipartPart
{
    private const long LargestFile = 64L << 20;

    /// <summary>The field's name, 1 to 200 characters on one line.</summary>
    public string Name { get; init; } = "";

    /// <summary>The value of a field. A template. Null for a file.</summary>
    public string? Value { get; init; }

    /// <summary>The name of a file. A template. Null for a field.</summary>
    public string? FileName { get; init; }

    /// <summary>The media type of a file; null sends application/octet-stream.</summary>
    public string? ContentType { get; init; }

    /// <summary>The length of a file's content, in bytes: 0 to 64MB; printable characters that do not compress well.</summary>
    [JsonConverter(typeof(ByteSizeConverter))]
    public long? Size { get; init; }

    internal static IReadOnlyList<MultipartPart>? ReadAll(DocumentNode step)
    {
        var parts = step.List("multipart", 100).Select(p => Read(new DocumentNode(p.Value, p.Path, step.Errors))).ToList();
        if (step.Has("multipart") && parts.Count == 0)
            step.Error("multipart", "must have at least one part");
        return parts.Count == 0 ? null : parts;
    }

    private static MultipartPart Read(DocumentNode node)
    {
        var part = new MultipartPart
        {
            Name = node.RequiredText("name"),
            Value = node.Text("value", 1_000_000, min: 0),
            FileName = node.Text("file_name", 500),
            ContentType = ReadContentType(node),
            Size = node.Bytes("size", 0, LargestFile),
        };
        if (part.Name.AsSpan().IndexOfAny("\r\n") >= 0)
            node.Error("name", "must be one line");
        CheckKind(node);
        node.RefuseUnknown();
        return part;
    }

    private static void CheckKind(DocumentNode node)
    {
        if (node.Has("value") == node.Has("file_name"))
            node.Errors.Add(node.Path, "must have exactly one of value and file_name");
        else if (node.Has("file_name") && !node.Has("size"))
            node.Error("size", "is required for a file");
        foreach (var member in new[] { "size", "content_type" }.Where(m => node.Has("value") && node.Has(m)))
            node.Error(member, "belongs to a file");
    }

    private static string? ReadContentType(DocumentNode node)
    {
        var type = node.Text("content_type");
        if (type is not null && (!type.Contains('/', StringComparison.Ordinal) || type.AsSpan().IndexOfAny("\r\n") >= 0))
            node.Error("content_type", "must be a media type such as image/jpeg");
        return type;
    }
}
