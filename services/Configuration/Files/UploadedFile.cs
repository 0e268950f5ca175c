using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration.Files;

/// <summary>A file as it came, checked for what it is for. Pure.</summary>
/// <param name="Facts">What is known of it.</param>
/// <param name="Bytes">Its content.</param>
public sealed partial record UploadedFile(FileFacts Facts, byte[] Bytes)
{
    private const string HashPrefix = "sha256:";
    private const int LongestName = 200;
    // A run carries its rows with it, over the bus and in its history.
    private const int LargestRows = 4 * 1024 * 1024;

    private static readonly Dictionary<string, FileKind> Kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        [".csv"] = FileKind.Feeder,
        [".json"] = FileKind.Feeder,
        [".js"] = FileKind.K6Script,
        [".proto"] = FileKind.Proto,
    };

    public Guid Id => IdOf(Facts.Hash);

    /// <summary>The id of the file with a hash.</summary>
    public static Guid IdOf(string hash) => new(Convert.FromHexString(hash[HashPrefix.Length..]).AsSpan(0, 16), bigEndian: true);

    /// <summary>Whether a plan means a file by its hash, and not by its name.</summary>
    public static bool IsHash(string reference) => Hash().IsMatch(reference);

    /// <exception cref="RefusalException">400 that says what is wrong with the name or the content.</exception>
    public static UploadedFile Read(string? name, byte[] bytes)
    {
        var errors = new DocumentErrors();
        var kind = KindOf(name, errors);
        if (bytes.Length == 0)
            errors.Add("file", "is empty");
        RefusalException.ThrowIfAny(errors);
        var facts = new FileFacts(name!, kind, HashPrefix + Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length, null, null);
        return new UploadedFile(kind == FileKind.Feeder ? WithRows(facts, bytes) : WithText(facts, bytes), bytes);
    }

    /// <summary>The rows of a feeder.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> RowsOf(string name, byte[] bytes) => FeederFile.ReadRows(name, new MemoryStream(bytes));

    /// <summary>How much rows take that travel with a run.</summary>
    public static long SizeOf(IReadOnlyList<IReadOnlyDictionary<string, string>> rows) =>
        rows.Sum(row => 2L + row.Sum(field => 6L + Encoding.UTF8.GetByteCount(field.Key) + Encoding.UTF8.GetByteCount(field.Value)));

    /// <summary>Whether rows are few enough to travel with a run.</summary>
    public static bool IsCarried(long size) => size <= LargestRows;

    /// <summary>What is wrong with rows that are not.</summary>
    public static readonly string TooMuch = $"more data than a run carries: its rows, each with the names of its columns, must be at most {LargestRows / 1024 / 1024} MB";

    private static FileKind KindOf(string? name, DocumentErrors errors)
    {
        if (string.IsNullOrWhiteSpace(name))
            errors.Add("name", "is required: in the query, or as the file name of the part");
        else if (name.Length > LongestName || name.Any(c => char.IsControl(c) || c is '/' or '\\' or ':'))
            errors.Add("name", $"must be at most {LongestName} characters, without / and \\ and :");
        else if (Kinds.TryGetValue(Path.GetExtension(name), out var kind))
            return kind;
        else
            errors.Add("name", $"must end with one of {string.Join(", ", Kinds.Keys)}");
        return default;
    }

    private static FileFacts WithRows(FileFacts facts, byte[] bytes)
    {
        try
        {
            var rows = RowsOf(facts.Name, bytes);
            return rows.Count is > 0 and <= Feeder.MostRows && IsCarried(SizeOf(rows)) && !rows.Any(HasNoText)
                ? facts with { Rows = rows.Count, Columns = [.. rows.SelectMany(r => r.Keys).Distinct()] }
                : throw Refusal(rows.Count == 0 ? "has no rows" : rows.Count > Feeder.MostRows ? $"has more than {Feeder.MostRows} rows"
                    : rows.Any(HasNoText) ? "holds a zero character" : $"has {TooMuch}");
        }
        catch (FormatException e)
        {
            throw Refusal($"cannot be read: {e.Message}");
        }
    }

    private static bool HasNoText(IReadOnlyDictionary<string, string> row) => row.Any(f => f.Key.Contains('\0') || f.Value.Contains('\0'));

    private static FileFacts WithText(FileFacts facts, byte[] bytes)
    {
        var text = System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Refusal("is not UTF-8");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw Refusal("holds a zero character");
        if (facts.Kind == FileKind.K6Script && !Exports().IsMatch(text))
            throw Refusal("is no k6 script: it exports nothing that could be run");
        if (facts.Kind == FileKind.Proto && !Declares().IsMatch(text))
            throw Refusal("declares no message, enum or service");
        return facts;
    }

    private static RefusalException Refusal(string message) => RefusalException.Field("file", message);

    [GeneratedRegex("^sha256:[0-9a-f]{64}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hash();

    [GeneratedRegex(@"^\s*export\s|\bexports\.", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Exports();

    [GeneratedRegex(@"^\s*(message|enum|service)\s+\w+\s*\{", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Declares();
}
