using System.Globalization;

namespace Loadstone.Benchmarks;

/// <summary>What a process has open, as the kernel lists it (proc(5)).</summary>
/// <param name="Files">File descriptors, sockets among them.</param>
/// <param name="RemotePorts">The other end's port of each established TCP connection.</param>
internal sealed record OpenFiles(int Files, IReadOnlyList<int> RemotePorts)
{
    private const string Established = "01";
    private const string SocketLink = "socket:[";

    public int ConnectionsTo(int port) => RemotePorts.Count(p => p == port);

    public static OpenFiles Of(int process)
    {
        var links = Directory.GetFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd")).Select(LinkOf).OfType<string>().ToList();
        // The tables change while they are read: what moved in them meanwhile may stand there twice.
        var connections = ReadConnections("/proc/net/tcp").Concat(ReadConnections("/proc/net/tcp6")).DistinctBy(c => c.Key).ToDictionary();
        var sockets = links.Where(link => link.StartsWith(SocketLink, StringComparison.Ordinal)).Select(link => link[SocketLink.Length..^1]);
        return new OpenFiles(links.Count, [.. sockets.Where(connections.ContainsKey).Select(inode => connections[inode])]);
    }

    // Null for one that was closed since it was listed.
    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // By the socket's inode. Columns: sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode; addresses in hexadecimal.
    private static IEnumerable<KeyValuePair<string, int>> ReadConnections(string table) => File.ReadLines(table).Skip(1)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(columns => columns[3] == Established)
        .Select(columns => KeyValuePair.Create(columns[9], int.Parse(columns[2].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
}
