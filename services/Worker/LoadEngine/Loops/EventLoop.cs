using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Loadstone.LoadEngine.Loops;

/// <summary>
/// The pacer of real runs: one thread that sleeps until a socket is ready or the next alarm is due, to the microsecond, and
/// does right there what either wakes. Its users and their sockets never leave it, so nothing of theirs needs a lock.
/// </summary>
internal sealed class EventLoop : Pacer, IDisposable
{
    private const int MostReady = 128;
    private const ulong BellTag = ulong.MaxValue;
    private const ulong TimerTag = ulong.MaxValue - 1;

    private readonly int _poll = Kernel.NewPoll();
    private readonly int _bell = Kernel.NewBell();
    private readonly int _timer = Kernel.NewTimer();
    private readonly uint[] _ready = new uint[MostReady * Kernel.Stride];
    private readonly Thread _thread;
    private readonly bool _urgent;

    // Sockets by their file's number, which the system keeps small.
    private LoopSocket?[] _sockets = new LoopSocket?[64];
    private uint _generation;

    // When the timer goes off; the largest number when it is not set.
    private long _timerNs = long.MaxValue;

    // Crosses threads: 1 once the bell was rung and nobody has looked since.
    private int _rung;
    private volatile bool _stopped;
    private volatile Exception? _fault;

    /// <param name="name">The thread's name.</param>
    /// <param name="urgent">
    /// True when there are due times to keep. Without, the next request follows the last answer, and a loop that goes before
    /// everything else would only take turns from a target on the same machine, at a change of threads for each answer.
    /// </param>
    public EventLoop(string name, bool urgent)
    {
        _urgent = urgent;
        _ = Kernel.Watch(_poll, _bell, BellTag);
        _ = Kernel.Watch(_poll, _timer, TimerTag);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    // Stopwatch counts nanoseconds of the monotonic clock on Linux.
    public override long NowNs => Stopwatch.GetTimestamp();

    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>What an alarm or a socket's owner threw; the run must end with it. Others go on.</summary>
    public Exception? Fault => _fault;

    /// <summary>Goes on on the loop's thread; at once when already there.</summary>
    public Entering Enter() => new(this);

    /// <summary>Has something done elsewhere that takes longer than a loop may be held, and comes back with its result.</summary>
    public async ValueTask<T> ElsewhereAsync<T>(Func<T> act)
    {
        var result = await Task.Run(act).ConfigureAwait(false);
        await Enter();
        return result;
    }

    /// <summary>Begins to watch a socket. Returns 0 or −errno.</summary>
    public int Watch(int file, LoopSocket socket)
    {
        if (file >= _sockets.Length)
            Array.Resize(ref _sockets, Math.Max(file + 1, _sockets.Length * 2));
        _sockets[file] = socket;
        // Files' numbers come again; the generation tells what was meant for the one before.
        socket.Tag = ((ulong)++_generation << 32) | (uint)file;
        return Kernel.Watch(_poll, file, socket.Tag);
    }

    /// <summary>Forgets a socket; closing its file ends the watch.</summary>
    public void Forget(int file) => _sockets[file] = null;

    public void Dispose()
    {
        _stopped = true;
        Wake();
        if (!IsCurrent)
            _thread.Join(TimeSpan.FromSeconds(5));
    }

    protected override void Wake()
    {
        if (Interlocked.Exchange(ref _rung, 1) == 0)
            Kernel.Ring(_bell);
    }

    private void Run()
    {
        if (_urgent)
            Urgency.Raise();
        Urgency.Sharpen();
        while (!_stopped)
        {
            RingSafely();
            Serve(Kernel.Wait(_poll, _ready, forever: SetTimer()));
        }

        Kernel.Close(_poll);
        Kernel.Close(_bell);
        Kernel.Close(_timer);
    }

    // The timer is set when something is due before what it is set to, not for each wait: most waits end with an answer.
    // False when something is due already.
    private bool SetTimer()
    {
        if (NextDueNs >= _timerNs)
            return true;
        if (NextDueNs <= NowNs)
            return false;
        _timerNs = NextDueNs;
        Kernel.SetTimer(_timer, _timerNs);
        return true;
    }

    private void Serve(int count)
    {
        for (var i = 0; i < count; i++)
        {
            // A long row of answers must not keep what is due waiting; and after a standstill, no answer may lead to a request.
            if (NextDueNs <= NowNs)
                RingSafely();
            var tag = Kernel.TagOf(_ready, i);
            if (tag == BellTag)
                Answer();
            else if (tag == TimerTag)
                _timerNs = long.MaxValue;
            else
                ServeSafely(tag, Kernel.EventsOf(_ready, i));
        }
    }

    private void Answer()
    {
        Kernel.Silence(_bell);
        Volatile.Write(ref _rung, 0);
        RingSafely();
    }

    private void ServeSafely(ulong tag, uint events)
    {
        try
        {
            if (_sockets[(uint)tag] is { } socket && socket.Tag == tag)
                socket.BecomeReady(events);
        }
        catch (Exception e)
        {
            _fault ??= e;
        }
    }

    private void RingSafely()
    {
        try
        {
            RingDue(NowNs);
        }
        catch (Exception e)
        {
            // An alarm must never throw. If one does, the run is not worth trusting, but the others must not hang.
            _fault ??= e;
        }
    }

    /// <summary>An await that ends on the loop's thread.</summary>
    internal readonly struct Entering(EventLoop loop) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => loop.IsCurrent;

        public Entering GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => loop.Post(_ => continuation());

        public void UnsafeOnCompleted(Action continuation) => loop.Post(_ => continuation());
    }
}
