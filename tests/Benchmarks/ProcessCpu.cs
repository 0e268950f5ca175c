using System.Globalization;

namespace Loadstone.Benchmarks;

/// <summary>The CPU time of a process so far, as the kernel counts it (proc(5)).</summary>
internal static class ProcessCpu
{
    private const double TicksPerSecond = 100;
    private const int UserTicks = 11;

    public static double SecondsOf(int process)
    {
        // The second field is the name in parentheses, and may hold anything.
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[UserTicks], CultureInfo.InvariantCulture) + double.Parse(fields[UserTicks + 1], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
