using Loadstone.Resources;

namespace Loadstone.Configuration.Files;

// The life of a file. Its id is made from its content, so the same content is the same file.

public sealed record FileUploaded(Guid Id, FileFacts Facts, string By, DateTimeOffset At);

/// <summary>It was uploaded once more: under another name, under one that had come to mean another file, or after it was out of use.</summary>
public sealed record FileNamed(string Name, string By, DateTimeOffset At);

public sealed record FileDeactivated(string By, DateTimeOffset At);

public enum FileKind
{
    /// <summary>Rows of data, as CSV or JSON.</summary>
    Feeder,

    /// <summary>A script for k6.</summary>
    K6Script,

    /// <summary>Protocol Buffers: messages and services.</summary>
    Proto,
}

/// <summary>What is known of a file without its content.</summary>
/// <param name="Name">What it was called when it was uploaded last.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Hash">The SHA-256 of its content, as <c>sha256:…</c>.</param>
/// <param name="SizeBytes">How large it is.</param>
/// <param name="Rows">How many rows a feeder has.</param>
/// <param name="Columns">What the columns of a feeder are called.</param>
public sealed record FileFacts(string Name, FileKind Kind, string Hash, long SizeBytes, int? Rows, IReadOnlyList<string>? Columns);

/// <summary>The content of a file, kept once and never changed.</summary>
public sealed record FileContent(string Id, byte[] Bytes);

/// <summary>A file that plans refer to by name or by hash.</summary>
public sealed record StoredFile : Resource
{
    public required FileFacts Facts { get; init; }

    /// <summary>Every name it was uploaded under.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    protected override object BodyToShow => Facts;

    public static StoredFile Create(IEvent<FileUploaded> e) => new()
    {
        Id = e.Data.Id,
        Facts = e.Data.Facts,
        Names = [e.Data.Facts.Name],
        CreatedBy = e.Data.By,
        CreatedAt = e.Data.At,
        UpdatedAt = e.Data.At,
        Version = e.Version,
    };

    public static StoredFile Apply(IEvent<FileNamed> e, StoredFile before) => before with
    {
        IsActive = true,
        Facts = before.Facts with { Name = e.Data.Name },
        Names = [.. before.Names.Append(e.Data.Name).Distinct()],
        UpdatedAt = e.Data.At,
        Version = e.Version,
    };

    public static StoredFile Apply(IEvent<FileDeactivated> e, StoredFile before) =>
        before with { IsActive = false, UpdatedAt = e.Data.At, Version = e.Version };

    /// <summary>A file is uploaded; null when it is there already, in use, and what its name means.</summary>
    public static object? Upload(StoredFile? before, UploadedFile file, bool isNamed, string by, DateTimeOffset at) => before is null
        ? new FileUploaded(file.Id, file.Facts, by, at)
        : before.IsActive && isNamed && before.Facts.Name == file.Facts.Name ? null : new FileNamed(file.Facts.Name, by, at);
}
