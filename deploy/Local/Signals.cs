using System.Runtime.InteropServices;

namespace Loadstone.Local;

/// <summary>Signals by their Linux numbers.</summary>
public enum Signal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static partial class Signals
{
    /// <summary>Sends a signal to a process, or, by a negative number, to a group; one that is gone is no error.</summary>
    public static void Send(int processOrGroup, Signal signal) => _ = Kill(processOrGroup, (int)signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processOrGroup, int signal);
}
