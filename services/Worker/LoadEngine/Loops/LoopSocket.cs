using System.Net;
using System.Net.Sockets;

namespace Loadstone.LoadEngine.Loops;

/// <summary>
/// One TCP connection on its event loop. It knows from the loop whether it can be read or written, so no call is made in vain:
/// a request and its answer cost one send and one receive. Failures are −errno, not exceptions.
/// </summary>
/// <remarks>Used on the loop's thread only.</remarks>
internal sealed class LoopSocket
{
    private readonly EventLoop _loop;
    private readonly Turn _toRead = new();
    private Turn? _toWrite;
    private int _file;
    private bool _readable;
    private bool _writable;
    private bool _ending;

    // Whoever waits to write is woken by what comes in, too.
    private bool _writerReads;

    private LoopSocket(EventLoop loop, int file) => (_loop, _file) = (loop, file);

    /// <summary>What the loop tells this socket from earlier ones of the same number by.</summary>
    public ulong Tag { get; set; }

    /// <summary>True when the other side has closed, or it is broken; what it sent before may still be unread.</summary>
    public bool HasEnded => _ending;

    /// <summary>True when something came that was not received yet.</summary>
    public bool HasUnread => _readable;

    /// <summary>Makes a socket that is not connected yet. Its error shows when it is connected.</summary>
    public static LoopSocket New(EventLoop loop, AddressFamily family) => new(loop, Kernel.NewSocket(family));

    /// <summary>Connects, once. Returns 0 or −errno; the socket is then to be closed.</summary>
    public async ValueTask<int> ConnectAsync(IPEndPoint to)
    {
        if (_file < 0)
            return _file;
        var address = to.Serialize();
        var error = Kernel.Connect(_file, address.Buffer.Span[..address.Size]);
        return error is 0 or -Kernel.InProgress ? await ConnectedAsync() : error;
    }

    /// <summary>Receives what is there: its length, 0 when the other side has closed, −<see cref="Kernel.TryAgain"/> when there is nothing yet.</summary>
    public int TryReceive(Span<byte> into)
    {
        if (!_readable)
            return -Kernel.TryAgain;
        var received = Kernel.Receive(_file, into);
        // Less than asked for means that nothing is left (epoll(7)), unless the end is near.
        if (received == -Kernel.TryAgain || (received > 0 && received < into.Length && !_ending))
            _readable = false;
        return received;
    }

    /// <summary>Sends what the system takes: its length, or −<see cref="Kernel.TryAgain"/> when it takes nothing now.</summary>
    public int TrySend(ReadOnlySpan<byte> from)
    {
        if (!_writable)
            return -Kernel.TryAgain;
        var sent = Kernel.Send(_file, from);
        if (sent == -Kernel.TryAgain || (sent >= 0 && sent < from.Length))
            _writable = false;
        return sent;
    }

    /// <summary>Complete when <see cref="TryReceive"/> is worth a try, or the socket was closed.</summary>
    public ValueTask Readable() => _readable ? ValueTask.CompletedTask : _toRead.Begin();

    /// <summary>Complete when <see cref="TrySend"/> is worth a try, or the socket was closed.</summary>
    public ValueTask Writable()
    {
        _writerReads = false;
        return _writable ? ValueTask.CompletedTask : (_toWrite ??= new Turn()).Begin();
    }

    /// <summary>Complete when <see cref="TrySend"/> or <see cref="TryReceive"/> is worth a try, or the socket was closed.</summary>
    public ValueTask WritableOrReadable()
    {
        _writerReads = true;
        return _writable || _readable ? ValueTask.CompletedTask : (_toWrite ??= new Turn()).Begin();
    }

    /// <summary>Sends all of it. Returns 0 or −errno.</summary>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes) =>
        TrySend(bytes.Span) is var sent && sent == bytes.Length ? new(0) : SendRestAsync(bytes, sent);

    /// <summary>Goes on sending after <see cref="TrySend"/> returned <paramref name="sent"/>. Returns 0 or −errno.</summary>
    public async ValueTask<int> SendRestAsync(ReadOnlyMemory<byte> bytes, int sent)
    {
        while (sent >= 0 || sent == -Kernel.TryAgain)
        {
            bytes = bytes[Math.Max(0, sent)..];
            if (bytes.IsEmpty)
                return 0;
            await Writable();
            sent = TrySend(bytes.Span);
        }

        return sent;
    }

    /// <summary>Called by the loop.</summary>
    public void BecomeReady(uint events)
    {
        const uint over = Kernel.Error | Kernel.HungUp;
        _ending |= (events & (over | Kernel.PeerClosed)) != 0;
        _readable |= (events & (over | Kernel.PeerClosed | Kernel.In)) != 0;
        _writable |= (events & (over | Kernel.Out)) != 0;
        if (_writable || (_writerReads && _readable))
            _toWrite?.End();
        if (_readable)
            _toRead.End();
    }

    /// <summary>Closes it; whoever waits for it goes on and finds it closed. Twice is once.</summary>
    public void Close()
    {
        if (_file < 0)
            return;
        _loop.Forget(_file);
        Kernel.Close(_file);
        // From now on the system refuses every call: there is no such file.
        _file = -Kernel.BadFile;
        _readable = _writable = _ending = true;
        _toWrite?.End();
        _toRead.End();
    }

    private async ValueTask<int> ConnectedAsync()
    {
        var error = _loop.Watch(_file, this);
        if (error < 0)
            return error;
        await Writable();
        return Kernel.ErrorOf(_file);
    }
}
