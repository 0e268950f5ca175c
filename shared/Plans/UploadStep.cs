using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>
/// A file sent in chunks: <c>POST path {name, size, sha256}</c> answers its <c>id</c>, <c>PUT path/id/chunks/n</c> takes each chunk
/// in order, n from 0, and <c>POST path/id/complete</c> answers <c>{received, sha256}</c>, which are held against what was sent.
/// The content is made up from the user's own random numbers.
/// </summary>
public sealed record UploadStep : Step
{
    private const long Largest = 10L << 30;
    private const long LargestChunk = 16L << 20;
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Where uploads begin: a path on the environment's first base URL, or a whole URL on one of them. A template.</summary>
    public string Path { get; init; } = "/api/uploads";

    /// <summary>The file's length in bytes: 0 to 10GB.</summary>
    [JsonConverter(typeof(ByteSizeConverter))]
    public long Size { get; init; } = 10L << 20;

    /// <summary>The length of each chunk but the last, in bytes: 1 to 16MB.</summary>
    [JsonConverter(typeof(ByteSizeConverter))]
    public long ChunkSize { get; init; } = 64L << 10;

    /// <summary>The file's name. A template.</summary>
    public string FileName { get; init; } = "file-{{user.index}}-{{user.iteration}}.bin";

    /// <summary>Headers of each request. Values are templates.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Whether the size and hash the target answers in the end must be those of the file.</summary>
    public bool Verify { get; init; } = true;

    /// <summary>The longest wait for the answer to each of the requests, from its send; 1 ms to 10 min.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    internal override string InWords => $"{Name}, {ByteSize.Format(Size)} in chunks of {ByteSize.Format(ChunkSize)}" + (Verify ? ", verified" : "");

    internal override IEnumerable<StepTemplate> Templates() =>
        StepTemplate.InMap("headers", Headers).Prepend(new("file_name", FileName)).Prepend(new("path", Path));

    internal static UploadStep Read(DocumentNode node)
    {
        var absent = new UploadStep();
        var step = new UploadStep
        {
            Name = "upload",
            Path = node.Has("path") ? node.RequestPath("http", "https") : absent.Path,
            Size = node.Bytes("size", 0, Largest) ?? absent.Size,
            ChunkSize = node.Bytes("chunk_size", 1, LargestChunk) ?? absent.ChunkSize,
            FileName = node.Text("file_name", 500) ?? absent.FileName,
            Headers = node.Headers(),
            Verify = node.Flag("verify", true),
            Timeout = node.Seconds("timeout", TimeSpan.FromMilliseconds(1), LongestTimeout) ?? absent.Timeout,
        };
        if (step.Path.AsSpan().IndexOfAny("?#") >= 0)
            node.Error("path", "must not have a query: the parts of the upload are named behind it");
        return step;
    }
}
