using System.Runtime.InteropServices;

namespace Loadstone.LoadEngine;

/// <summary>How soon the kernel lets this thread run, and how exactly it wakes it. What the system does not allow changes nothing.</summary>
internal static partial class Urgency
{
    private const int ThisThread = 0; // PRIO_PROCESS: on Linux a thread's own
    private const int Raised = -10;
    private const int SetTimerSlack = 29; // PR_SET_TIMERSLACK
    private const int RoundRobin = 2; // SCHED_RR

    /// <summary>Before other work on the machine; needs root or CAP_SYS_NICE.</summary>
    public static void Raise()
    {
        if (OperatingSystem.IsLinux())
            _ = SetPriority(ThisThread, 0, Raised);
    }

    /// <summary>
    /// For a thread that mostly sleeps and must wake on the dot: at once when it is due (real-time round robin, needs root or
    /// CAP_SYS_NICE; else raised), and without the 50 µs by which the kernel puts wake-ups off to save power.
    /// </summary>
    public static unsafe void Sharpen()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var lowestRealTime = 1;
        if (SetScheduler(0, RoundRobin, &lowestRealTime) != 0)
            Raise();
        _ = PrCtl(SetTimerSlack, 1, 0, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static unsafe partial int SetScheduler(int thread, int policy, int* priority);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int PrCtl(int option, nuint arg2, nuint arg3, nuint arg4, nuint arg5);
}
