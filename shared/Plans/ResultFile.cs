using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Loadstone.Plans;

/// <summary>
/// A file that a command is to leave behind. Whether it can be written is found out before the work begins: when the work is
/// done, there is nobody to give its result to.
/// </summary>
public sealed class ResultFile
{
    private const string StandardOutput = "-";

    // Nothing here becomes HTML, so a name, or the + of a time, is written as it is whatever it was read into.
    private static readonly JsonSerializerOptions Indented = new(WireJson.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;

    private ResultFile(string path) => _path = path;

    /// <summary>True when the result goes to standard output, so that what people read must go elsewhere.</summary>
    public bool IsStandardOutput => _path == StandardOutput;

    /// <summary>The file an option names, or standard output as <c>-</c>; null when the option is not given.</summary>
    /// <exception cref="IOException">It cannot be written; in one sentence.</exception>
    public static ResultFile? Open(string option, string? path)
    {
        if (path is not (null or StandardOutput))
            MustBeWritable(option, path);
        return path is null ? null : new ResultFile(path);
    }

    /// <summary>Writes the result as indented JSON.</summary>
    public Task WriteJsonAsync(object result) =>
        WriteAsync((result is JsonNode node ? node.ToJsonString(Indented) : JsonSerializer.Serialize(result, result.GetType(), Indented)) + Environment.NewLine);

    /// <summary>Writes the result.</summary>
    public Task WriteAsync(string text) => IsStandardOutput ? Console.Out.WriteAsync(text) : File.WriteAllTextAsync(_path, text);

    // What is there already stays as it is, and what is not there yet does not stay.
    private static void MustBeWritable(string option, string path)
    {
        try
        {
            var isThere = File.Exists(path);
            using (File.Open(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
            {
            }

            if (!isThere)
                File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new IOException($"{option} {path} cannot be written: {e.Message}", e);
        }
    }
}
