using System.Globalization;

namespace Loadstone.Benchmarks;

/// <summary>The resident memory of a process, as the kernel sees it (proc(5)).</summary>
internal sealed class ProcessMemory
{
    public int Process { get; set; }

    /// <summary>Resident when last looked at.</summary>
    public long Bytes { get; private set; }

    /// <summary>The most that ever was, up to the last look.</summary>
    public long PeakBytes { get; private set; }

    public void Look()
    {
        try
        {
            var status = File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{Process}/status"));
            (Bytes, PeakBytes) = (Of(status, "VmRSS:"), Of(status, "VmHWM:"));
        }
        catch (IOException)
        {
            // The process is gone: what was seen last stands.
            return;
        }
    }

    private static long Of(string[] status, string name) =>
        1024 * long.Parse(status.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..^"kB".Length], CultureInfo.InvariantCulture);
}
