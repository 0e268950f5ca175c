using System.Runtime.InteropServices;

namespace Loadstone.LoadEngine;

/// <summary>
/// Sleeps for nanoseconds and can be woken from another thread. .NET's own waits count in milliseconds; on Linux this one is
/// ppoll(2) on an eventfd(2), which the kernel times to the microsecond. Elsewhere it falls back to milliseconds.
/// </summary>
internal sealed partial class PreciseSleep : IDisposable
{
    private const int NonBlocking = 0x800; // EFD_NONBLOCK
    private const short Readable = 1; // POLLIN

    private readonly int _event = OperatingSystem.IsLinux() ? EventFd(0, NonBlocking) : -1;
    private readonly AutoResetEvent _fallback = new(false);

    /// <summary>Returns after that time, or as soon as <see cref="Wake"/> was called since the last return.</summary>
    public unsafe void For(long ns)
    {
        if (_event < 0)
        {
            _fallback.WaitOne(ns == long.MaxValue ? -1 : (int)Math.Min(ns / 1_000_000, int.MaxValue));
            return;
        }

        var poll = new PollFd { Fd = _event, Events = Readable };
        var time = new TimeSpec { Seconds = ns / 1_000_000_000, Nanoseconds = ns % 1_000_000_000 };
        if (PPoll(&poll, 1, ns == long.MaxValue ? null : &time, null) > 0)
        {
            ulong drained;
            _ = Read(_event, &drained, sizeof(ulong));
        }
    }

    /// <summary>Ends the present sleep, or the next one at once.</summary>
    public unsafe void Wake()
    {
        if (_event < 0)
        {
            _fallback.Set();
            return;
        }

        var one = 1UL;
        _ = Write(_event, &one, sizeof(ulong));
    }

    public void Dispose()
    {
        if (_event >= 0)
            _ = Close(_event);
        _fallback.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "ppoll")]
    private static unsafe partial int PPoll(PollFd* fds, nuint count, TimeSpec* timeout, void* signals);

    [LibraryImport("libc", EntryPoint = "read")]
    private static unsafe partial nint Read(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write")]
    private static unsafe partial nint Write(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
