using System.Runtime.InteropServices;

namespace Loadstone.LoadEngine.Loops;

/// <summary>How soon the kernel lets this thread run, and how exactly it wakes it. What the system does not allow changes nothing.</summary>
internal static partial class Urgency
{
    private const int ThisThread = 0; // PRIO_PROCESS: on Linux a thread's own
    private const int Raised = -10;
    private const int SetTimerSlack = 29; // PR_SET_TIMERSLACK

    /// <summary>Before other work on the machine; needs root or CAP_SYS_NICE.</summary>
    public static void Raise() => _ = SetPriority(ThisThread, 0, Raised);

    /// <summary>Wakes on the dot, without the 50 µs by which the kernel puts wake-ups off to save power.</summary>
    public static void Sharpen() => _ = PrCtl(SetTimerSlack, 1, 0, 0, 0);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int PrCtl(int option, nuint arg2, nuint arg3, nuint arg4, nuint arg5);
}
