
namespace Loadstone.Local.Tests;

/// <summary>An empty folder that stands in for a clone, so that tests share no state with the real one or each other.</summary>
internal sealed class TemporaryClone : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadstone-test-");

    public TemporaryClone(bool closedToOthers = false)
    {
        if (!closedToOthers)
            File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    public string Path => _folder.FullName;

    public StateFolder OpenFolder() => StateFolder.Open(Path, "test");

    public void Dispose()
    {
        string outside;
        using (var folder = OpenFolder())
            outside = $"/var/tmp/loadstone-{folder.CloneHash}";
        _folder.Delete(recursive: true);
        if (Directory.Exists(outside))
            Directory.Delete(outside, recursive: true);
    }
}
