using Loadstone.Plans;

namespace Loadstone.LoadEngine.Http;

/// <summary>Puts a multipart/form-data body together (RFC 7578), names as browsers escape them (HTML §4.10.21.8).</summary>
internal static class MultipartBody
{
    // No generated content has a dash in it, so the boundary is never part of any.
    private const string Boundary = "--loadstone-boundary-4b1d7c93";

    public const string ContentType = $"multipart/form-data; boundary={Boundary}";

    public static CompiledTemplate Of(CompiledTemplate.Builder builder, IEnumerable<MultipartPart> parts)
    {
        foreach (var part in parts)
        {
            builder.Add($"--{Boundary}\r\nContent-Disposition: form-data; name=\"").AddQuotedLiteral(part.Name).Add("\"");
            if (part.FileName is null)
                builder.Add("\r\n\r\n").AddTemplate(part.Value ?? "", Escaping.None);
            else
                AddFile(builder, part, part.FileName);
            builder.Add("\r\n");
        }

        return builder.Add($"--{Boundary}--\r\n").Build();
    }

    private static void AddFile(CompiledTemplate.Builder builder, MultipartPart part, string fileName) => builder
        .Add("; filename=\"").AddQuoted(fileName)
        .Add($"\"\r\nContent-Type: {part.ContentType ?? "application/octet-stream"}\r\n\r\n")
        .AddValue(new GeneratedContent(part.Size ?? 0), Escaping.None);
}
