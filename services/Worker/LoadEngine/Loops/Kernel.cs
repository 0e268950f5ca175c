using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Loadstone.LoadEngine.Loops;

/// <summary>
/// The system calls of an event loop (Linux: epoll(7), socket(7)). All sockets are non-blocking, so every call here returns
/// at once but for <see cref="Wait"/>. Failures are returned as −errno.
/// </summary>
internal static unsafe partial class Kernel
{
    public const uint In = 0x1;
    public const uint Out = 0x4;
    public const uint Error = 0x8;
    public const uint HungUp = 0x10;
    public const uint PeerClosed = 0x2000;
    public const uint EdgeTriggered = 1u << 31;

    // struct epoll_event is packed on x86-64 alone: events, tag; elsewhere the tag is aligned to 8 bytes.
    public static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 3 : 4;
    private static readonly int TagAt = Stride - 2;

    public const int BadFile = 9;
    public const int TryAgain = 11;
    public const int BrokenPipe = 32;
    public const int InProgress = 115;

    private const int MonotonicClock = 1;
    private const int AbsoluteTime = 1;
    private const int Interrupted = 4;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int Ip4 = 2;
    private const int Ip6 = 10;
    private const int StreamSocket = 1;
    private const int NoSignal = 0x4000;
    private const int Add = 1;
    private const int SocketLevel = 1;
    private const int PendingError = 4;
    private const int TcpLevel = 6;
    private const int NoDelay = 1;

    public static int NewPoll() => Checked(epoll_create1(CloseOnExec));

    public static int NewBell() => Checked(eventfd(0, CloseOnExec | NonBlocking));

    /// <summary>A timer of the monotonic clock, exact to the nanosecond; milliseconds are all that epoll_wait(2) knows.</summary>
    public static int NewTimer() => Checked(timerfd_create(MonotonicClock, CloseOnExec | NonBlocking));

    /// <summary>A new TCP socket of an address family, or −errno.</summary>
    public static int NewSocket(AddressFamily family)
    {
        var socket = Result(KernelSocket(family == AddressFamily.InterNetwork ? Ip4 : Ip6, StreamSocket | CloseOnExec | NonBlocking, 0));
        var on = 1;
        if (socket >= 0)
            _ = setsockopt(socket, TcpLevel, NoDelay, &on, sizeof(int));
        return socket;
    }

    public static int Connect(int socket, ReadOnlySpan<byte> address)
    {
        fixed (byte* bytes = address)
            return Result(connect(socket, bytes, (uint)address.Length));
    }

    public static int Send(int socket, ReadOnlySpan<byte> from)
    {
        fixed (byte* bytes = from)
            return Result((int)send(socket, bytes, (nuint)from.Length, NoSignal));
    }

    public static int Receive(int socket, Span<byte> into)
    {
        fixed (byte* bytes = into)
            return Result((int)recv(socket, bytes, (nuint)into.Length, 0));
    }

    /// <summary>The error a socket holds, as −errno; 0 for none.</summary>
    public static int ErrorOf(int socket)
    {
        var (error, size) = (0, (uint)sizeof(int));
        return getsockopt(socket, SocketLevel, PendingError, &error, &size) < 0 ? -Marshal.GetLastPInvokeError() : -error;
    }

    /// <summary>Begins to watch a file for everything, edge-triggered.</summary>
    public static int Watch(int poll, int file, ulong tag)
    {
        var watched = stackalloc uint[Stride];
        watched[0] = In | Out | PeerClosed | EdgeTriggered;
        *(ulong*)(watched + TagAt) = tag;
        return Result(epoll_ctl(poll, Add, file, watched));
    }

    /// <summary>Waits until something is ready. Returns how many are.</summary>
    /// <param name="poll">What watches.</param>
    /// <param name="ready">Room for <see cref="Stride"/> numbers each.</param>
    /// <param name="forever">False only looks.</param>
    public static int Wait(int poll, Span<uint> ready, bool forever)
    {
        fixed (uint* all = ready)
        {
            var count = Result(epoll_wait(poll, all, ready.Length / Stride, forever ? -1 : 0));
            return count == -Interrupted ? 0 : Checked(count);
        }
    }

    /// <summary>Makes a timer ready at an instant of the monotonic clock, instead of whenever it was to be before.</summary>
    public static void SetTimer(int timer, long atNs)
    {
        var once = stackalloc TimeSpec[2];
        once[0] = default;
        once[1] = new TimeSpec { Seconds = atNs / 1_000_000_000, Nanoseconds = atNs % 1_000_000_000 };
        _ = timerfd_settime(timer, AbsoluteTime, once, null);
    }

    /// <summary>What the i-th ready file is ready for.</summary>
    public static uint EventsOf(ReadOnlySpan<uint> ready, int i) => ready[i * Stride];

    /// <summary>The tag the i-th ready file is watched under.</summary>
    public static ulong TagOf(ReadOnlySpan<uint> ready, int i) =>
        MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(ready.Slice((i * Stride) + TagAt, 2)));

    public static void Ring(int bell)
    {
        var one = 1UL;
        _ = write(bell, &one, sizeof(ulong));
    }

    public static void Silence(int bell)
    {
        ulong rings;
        _ = read(bell, &rings, sizeof(ulong));
    }

    public static void Close(int file) => _ = close(file);

    private static int Result(int returned) => returned >= 0 ? returned : -Marshal.GetLastPInvokeError();

    private static int Checked(int returned) =>
        returned >= 0 ? returned : throw new InvalidOperationException($"the system refused an event loop: errno {Math.Max(-returned, Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int poll, int operation, int file, uint* watched);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int poll, uint* ready, int most, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int timerfd_create(int clock, int flags);

    [LibraryImport("libc")]
    private static partial int timerfd_settime(int timer, int flags, TimeSpec* intervalAndFirst, void* before);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int KernelSocket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int socket, byte* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc")]
    private static partial int setsockopt(int socket, int level, int option, void* value, uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(int socket, int level, int option, void* value, uint* length);

    [LibraryImport("libc")]
    private static partial nint read(int file, void* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial nint write(int file, void* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial int close(int file);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
