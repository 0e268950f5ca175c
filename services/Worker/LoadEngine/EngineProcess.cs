using System.Runtime.InteropServices;

namespace Loadstone.LoadEngine;

/// <summary>What the process that runs the engine needs.</summary>
public static partial class EngineProcess
{
    private const int FileHandles = 7; // RLIMIT_NOFILE

    /// <summary>Raises the limit of file handles as far as the system allows, because every connection is one.</summary>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux, whose event loops the engine is built on.</exception>
    public static unsafe void Prepare()
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("Loadstone's engine runs on Linux; on other systems run it in a container.");
        Limits limits;
        if (GetLimits(FileHandles, &limits) != 0)
            return;
        limits.Now = limits.Most;
        _ = SetLimits(FileHandles, &limits);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static unsafe partial int GetLimits(int resource, Limits* limits);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static unsafe partial int SetLimits(int resource, Limits* limits);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limits
    {
        public nuint Now;
        public nuint Most;
    }
}
