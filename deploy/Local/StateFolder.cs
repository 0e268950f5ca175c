using System.Security.Cryptography;
using System.Text;

namespace Loadstone.Local;

/// <summary>
/// `.loadstone/NAME` under the clone: everything one use of the platform on this machine (up, demo, test) keeps. It is ours
/// alone from <see cref="Open"/> until it is disposed, so that two uses of one clone never share servers.
/// </summary>
public sealed class StateFolder : IDisposable
{
    private const int MaxFolders = 100;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OpenToAll =
        OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly FileStream _lock;

    private StateFolder(string clone, string name, FileStream held) => (Clone, Name, _lock) = (clone, name, held);

    /// <summary>Absolute path of the clone's root.</summary>
    public string Clone { get; }

    /// <summary>The folder's own name: the wanted one, or that with a number when it was in use.</summary>
    public string Name { get; }

    public string Path => System.IO.Path.Combine(Clone, ".loadstone", Name);

    /// <summary>Names the clone's data where it has to lie outside of it.</summary>
    internal string CloneHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Clone)))[..12];

    /// <summary>Takes `.loadstone/NAME`, or, while another process holds that, NAME-2, NAME-3 and so on.</summary>
    public static StateFolder Open(string clone, string name)
    {
        clone = System.IO.Path.GetFullPath(clone);
        for (var number = 1; number <= MaxFolders; number++)
        {
            var candidate = number == 1 ? name : $"{name}-{number}";
            if (TryLock(System.IO.Path.Combine(clone, ".loadstone", candidate)) is { } held)
                return new StateFolder(clone, candidate, held);
        }

        throw new LocalServerException($"All of {MaxFolders} folders for '{name}' under {clone}/.loadstone are in use.");
    }

    /// <summary>Takes `.loadstone/NAME` and no other.</summary>
    /// <exception cref="LocalServerException">Another process holds it.</exception>
    public static StateFolder OpenOnly(string clone, string name)
    {
        clone = System.IO.Path.GetFullPath(clone);
        var path = System.IO.Path.Combine(clone, ".loadstone", name);
        return TryLock(path) is { } held ? new StateFolder(clone, name, held)
            : throw new LocalServerException($"{path} is in use: end what runs there first, with Ctrl-C or kill.");
    }

    /// <summary>The root of the clone that this program was built in.</summary>
    public static string FindClone()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Platform.sln")))
                return folder.FullName;
        }

        throw new LocalServerException($"{AppContext.BaseDirectory} does not lie in a clone of Loadstone.");
    }

    /// <summary>A folder in this one that only its owner may enter; made when missing.</summary>
    public string PrivateSubfolder(string name) =>
        Directory.CreateDirectory(System.IO.Path.Combine(Path, name), OwnerOnly).FullName;

    /// <summary>The log of a program of this use.</summary>
    public string LogFile(string program) =>
        System.IO.Path.Combine(Directory.CreateDirectory(System.IO.Path.Combine(Path, "logs")).FullName, $"{program}.log");

    public void Dispose() => _lock.Dispose();

    private static FileStream? TryLock(string folder)
    {
        Directory.CreateDirectory(folder, OpenToAll);
        try
        {
            // The kernel drops the lock with the process, however that ends; children do not inherit it.
            var path = System.IO.Path.Combine(folder, "lock");
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
