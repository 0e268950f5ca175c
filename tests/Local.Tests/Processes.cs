using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace Loadstone.Local.Tests;

/// <summary>Other processes as the kernel knows them.</summary>
internal static partial class Processes
{
    private const int PidfdOpen = 434;
    private const short Readable = 1;

    /// <summary>The numbers of all processes that descend from one.</summary>
    public static IReadOnlyList<int> DescendantsOf(int ancestor)
    {
        var children = Parents().ToLookup(pair => pair.Parent, pair => pair.Id);
        IEnumerable<int> Below(int id) => children[id].SelectMany(child => Below(child).Prepend(child));
        return [.. Below(ancestor)];
    }

    /// <summary>Its command line, with a zero after each word; empty when it has ended since it was listed.</summary>
    public static string CommandLineOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>The addresses on which any of these processes listens.</summary>
    public static IReadOnlyList<IPEndPoint> ListenersOf(IReadOnlyList<int> ids)
    {
        var sockets = ids.SelectMany(SocketsOf).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6"))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields[3] is "0A" && sockets.Contains($"socket:[{fields[9]}]"))
                .Select(fields => ParseAddress(fields[1])),
        ];
    }

    /// <summary>Handles to processes, by which their end can be awaited even after their numbers belong to others.</summary>
    public static ProcessHandles Watch(IReadOnlyList<int> ids) =>
        new([.. ids.Select(id => (int)Syscall(PidfdOpen, id, 0)).Where(handle => handle >= 0)]);

    private static IEnumerable<(int Id, int Parent)> Parents()
    {
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && ParentOf(id) is { } parent)
                yield return (id, parent);
        }
    }

    // /proc/ID/stat: ID (NAME) STATE PARENT …, and the name may hold anything.
    private static int? ParentOf(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    // A process, or one of its handles, may be gone since it was listed.
    private static IEnumerable<string> SocketsOf(int id)
    {
        try
        {
            return Directory.GetFileSystemEntries($"/proc/{id}/fd").Select(handle => new FileInfo(handle).LinkTarget ?? "");
        }
        catch (IOException)
        {
            return [];
        }
    }

    // ADDRESS:PORT in hexadecimal, the address word by word in the machine's byte order.
    private static IPEndPoint ParseAddress(string text)
    {
        var parts = text.Split(':');
        var address = Convert.FromHexString(parts[0]).Chunk(4).SelectMany(word => word.Reverse()).ToArray();
        return new IPEndPoint(new IPAddress(address), int.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long Syscall(long number, int id, uint flags);

    [LibraryImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref PollHandle handle, uint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int handle);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollHandle
    {
        public int Handle;
        public short Awaited;
        public short Seen;
    }

    internal sealed class ProcessHandles(IReadOnlyList<int> handles) : IDisposable
    {
        public int Count => handles.Count;

        /// <summary>Waits until every one has ended; false when one has not within the time given for it.</summary>
        public async Task<bool> AllEndAsync(TimeSpan timeoutEach) =>
            await Task.Run(() => handles.All(handle => Ends(handle, (int)timeoutEach.TotalMilliseconds)));

        public void Dispose()
        {
            foreach (var handle in handles)
                _ = Close(handle);
        }

        // A process handle becomes readable when its process ends, reaped by its parent or not.
        private static bool Ends(int handle, int timeoutMs)
        {
            var awaited = new PollHandle { Handle = handle, Awaited = Readable };
            return Poll(ref awaited, 1, timeoutMs) == 1;
        }
    }
}
