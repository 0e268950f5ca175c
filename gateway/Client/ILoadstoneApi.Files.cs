using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RestEase;

namespace Loadstone.Client;

/// <summary>Files, each kept once by its content.</summary>
public partial interface ILoadstoneApi
{
    /// <summary>Files, newest first.</summary>
    [Get("api/load-testing/files")]
    Task<FileList> FilesAsync(
        [Query] string? name, [Query] string? kind, [Query] string? active, [Query] int? limit, [Query] string? cursor, CancellationToken cancellation);

    /// <summary>Uploads a file, as the body or as the one part of a form. <paramref name="name"/> may be null for a part that has one.</summary>
    [Post("api/load-testing/files")]
    Task<FileAnswer> UploadFileAsync([Body] HttpContent file, [Query] string? name, CancellationToken cancellation);

    /// <summary>One file, without its content.</summary>
    [Get("api/load-testing/files/{id}")]
    Task<FileAnswer> FileAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>The content of a file, as it was uploaded.</summary>
    [Get("api/load-testing/files/{id}/content")]
    Task<Stream> FileContentAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Takes a file out of use; its content stays.</summary>
    [Delete("api/load-testing/files/{id}")]
    Task<FileAnswer> DeleteFileAsync([Path] Guid id, CancellationToken cancellation);
}

/// <summary>A file as it is kept.</summary>
/// <param name="File">As the API describes it.</param>
public sealed record FileAnswer(JsonObject File);

/// <summary>A page of files.</summary>
/// <param name="Files">As the API describes it.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record FileList(IReadOnlyList<JsonObject> Files, [property: JsonPropertyName("nextCursor")] string? NextCursor);
