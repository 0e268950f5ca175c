using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Configuration.Files;

/// <summary>The uploaded files that plans take their data from: by name, which is the file uploaded under it last, or by hash, which is one file for ever.</summary>
internal static class FeederFiles
{
    /// <summary>Notes every file that a plan names and that cannot be used.</summary>
    public static async Task FindFilesAsync(this IQuerySession session, TestPlan plan, DocumentErrors errors)
    {
        foreach (var (name, feeder) in FeedersOf(plan))
            await FindAsync(session, name, feeder, errors);
    }

    /// <summary>The plan with the rows of every file it names, and which files these are now.</summary>
    public static async Task<(TestPlan Plan, IReadOnlyList<PinnedFile> Files)> FillFilesAsync(this IQuerySession session, TestPlan plan, DocumentErrors errors)
    {
        var (feeders, files, size) = (new Dictionary<string, Feeder>(plan.ScenarioConfig.DataGeneration ?? new Dictionary<string, Feeder>()), new List<PinnedFile>(), 0L);
        foreach (var (name, feeder) in FeedersOf(plan))
        {
            if (await FindAsync(session, name, feeder, errors) is not { } file)
                continue;
            var content = (await session.LoadAsync<FileContent>(file.Facts.Hash))!;
            var rows = UploadedFile.RowsOf(file.Facts.Name, content.Bytes);
            if (!UploadedFile.IsCarried(size += UploadedFile.SizeOf(rows)))
                errors.Add(PathOf(name), $"has, with the files before it, {UploadedFile.TooMuch}");
            feeders[name] = feeder with { File = null, Rows = rows };
            files.Add(new PinnedFile(name, file.Facts.Name, file.Facts.Hash, rows.Count));
        }

        return files.Count == 0 ? (plan, files) : (plan with { ScenarioConfig = plan.ScenarioConfig with { DataGeneration = feeders } }, files);
    }

    private static async Task<StoredFile?> FindAsync(IQuerySession session, string name, Feeder feeder, DocumentErrors errors)
    {
        var file = UploadedFile.IsHash(feeder.File!)
            ? await session.LoadAsync<StoredFile>(UploadedFile.IdOf(feeder.File!))
            : await TakenName.FindAsync<StoredFile>(session, StoredName.Kind, feeder.File!);
        if (file is { IsActive: true, Facts.Kind: FileKind.Feeder })
            return file;
        errors.Add(PathOf(name), file is null ? $"names no uploaded file: {feeder.File}; upload it, or send its rows (the command line does)"
            : file.IsActive ? $"is no CSV or JSON: {feeder.File}" : $"is not in use any more: {feeder.File}");
        return null;
    }

    private static IEnumerable<KeyValuePair<string, Feeder>> FeedersOf(TestPlan plan) =>
        (plan.ScenarioConfig.DataGeneration ?? new Dictionary<string, Feeder>()).Where(f => f.Value.File is not null);

    private static string PathOf(string feeder) => $"scenario_config.data_generation.{feeder}.file";
}

/// <summary>What a file's name means now.</summary>
internal static class StoredName
{
    /// <summary>Names of files are taken under this kind; the last who takes one has it.</summary>
    public const string Kind = "file";

    public static string KeyOf(string name) => TakenName.Key(Kind, name);

    /// <summary>The names of all files: each is the last's that took it, while that is in use.</summary>
    public static async Task<IReadOnlyList<TakenName>> AllAsync(IQuerySession session, CancellationToken cancellation)
    {
        var told = new List<IEvent>();
        await foreach (var file in session.AllAsync<StoredFile>(f => f.Id, cancellation))
            told.AddRange(await session.Events.FetchStreamAsync(file.Id, token: cancellation));
        var taken = new Dictionary<string, TakenName>();
        foreach (var e in told.OrderBy(e => e.Sequence))
            Tell(taken, e);
        return [.. taken.Values];
    }

    private static void Tell(Dictionary<string, TakenName> taken, IEvent e)
    {
        if ((e.Data as FileUploaded)?.Facts.Name is { } first)
            taken[first] = new TakenName(KeyOf(first), e.StreamId);
        else if ((e.Data as FileNamed)?.Name is { } name)
            taken[name] = new TakenName(KeyOf(name), e.StreamId);
        else
            taken.Where(t => t.Value.Holder == e.StreamId).Select(t => t.Key).ToList().ForEach(n => taken.Remove(n));
    }
}
