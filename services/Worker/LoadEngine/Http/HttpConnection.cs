using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Loadstone.LoadEngine.Http;

/// <summary>
/// One HTTP/1.1 connection of one virtual user: one request at a time, nothing sent again behind the user's back, so that every
/// attempt on the wire is counted. Failures are returned by name (<see cref="ErrorTypes"/>), not thrown.
/// </summary>
/// <remarks>
/// Used by its user only, but for <see cref="GiveUp"/>, which any thread may call: it closes the socket under the user, whose
/// pending operation then ends. Buffers are rented from the send to <see cref="Finish"/>; an idle connection holds none.
/// </remarks>
internal sealed partial class HttpConnection(Origin origin) : IDisposable
{
    private const int IdleCheckMs = 500;

    private Socket? _socket;
    private SslStream? _tls;
    private long _idleSinceMs;

    // Crosses threads: the instant after which whoever looks may give up, 0 when nothing is pending, negative once given up.
    private long _deadlineNs;

    public Origin Origin => origin;

    public bool IsOpen => _socket is not null;

    /// <summary>Where the request is written before it is sent.</summary>
    public ByteWriter Request { get; } = new();

    /// <summary>True when bytes came that no request asked for; the connection is then not to be used again.</summary>
    public bool HasLeftovers => _start != _end;

    /// <summary>True when the present attempt had to connect first.</summary>
    public bool WasJustOpened { get; private set; }

    // An open connection that was closed from the other side while it was idle.
    private bool IsStale => _socket is { } socket && Environment.TickCount64 - _idleSinceMs > IdleCheckMs
        && socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;

    /// <summary>Begins something that must be over by <paramref name="deadlineNs"/>.</summary>
    public void Arm(long deadlineNs) => Volatile.Write(ref _deadlineNs, deadlineNs);

    /// <summary>Ends what was begun. Returns the error when it was given up in the meantime.</summary>
    public string? Disarm()
    {
        var was = Interlocked.Exchange(ref _deadlineNs, 0);
        return was >= 0 ? null : GivenUpAs(was);
    }

    /// <summary>Gives up what is pending, when it is over its deadline or <paramref name="always"/>. From any thread.</summary>
    public void GiveUp(long nowNs, bool always)
    {
        var deadlineNs = Volatile.Read(ref _deadlineNs);
        var socket = _socket;
        if (deadlineNs == 0 || (deadlineNs > nowNs && !always))
            return;
        // The socket is that of the pending attempt if the deadline still is: a new attempt would have a deadline of its own.
        // One that was already given up is closed again, because it may have had no socket yet.
        var givenUp = deadlineNs < 0 ? deadlineNs : always ? -2 : -1;
        if (Interlocked.CompareExchange(ref _deadlineNs, givenUp, deadlineNs) == deadlineNs)
            socket?.Dispose();
    }

    /// <summary>Connects unless there is a connection that can be used. Returns null, or the error's name.</summary>
    public ValueTask<string?> EnsureOpenAsync()
    {
        if (IsStale)
            Close();
        WasJustOpened = !IsOpen;
        return IsOpen ? ValueTask.FromResult<string?>(null) : OpenAsync();
    }

    /// <summary>Gives the buffers back. Closes the connection unless it may be used again.</summary>
    public void Finish(bool reusable)
    {
        Request.Release();
        ReleaseResponse();
        if (reusable)
            _idleSinceMs = Environment.TickCount64;
        else
            Close();
    }

    public void Dispose() => Finish(reusable: false);

    private async ValueTask<string?> OpenAsync()
    {
        try
        {
            var addresses = await origin.ResolveAsync(CancellationToken.None);
            _socket = NewSocket(addresses[0].AddressFamily);
            if (Volatile.Read(ref _deadlineNs) < 0)
                return Broken(ErrorTypes.Aborted);
            await ConnectAsync(_socket, addresses);
            if (origin.IsTls)
                await HandshakeAsync(_socket);
            return null;
        }
        catch (Exception e) when (ErrorTypes.Of(e) is not null)
        {
            return Broken(ErrorTypes.Of(e)!);
        }
    }

    /// <summary>Puts <see cref="Request"/> on the wire. Returns null, or the error's name.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<string?> SendAsync()
    {
        try
        {
            var bytes = Request.Written;
            if (_tls is not null)
            {
                await _tls.WriteAsync(bytes);
                return null;
            }

            while (!bytes.IsEmpty)
                bytes = bytes[await _socket!.SendAsync(bytes, SocketFlags.None)..];
            return null;
        }
        catch (Exception e) when (ErrorTypes.Of(e) is not null)
        {
            return Broken(ErrorTypes.Of(e)!);
        }
    }

    private static Socket NewSocket(AddressFamily family) => new(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private async ValueTask ConnectAsync(Socket socket, IPAddress[] addresses)
    {
        if (addresses.Length == 1)
            await socket.ConnectAsync(new IPEndPoint(addresses[0], origin.Port));
        else
            await ConnectToFirstAsync(addresses);
    }

    // One address after the other, each with a socket of its own: a failed connect(2) leaves a socket unusable.
    private async ValueTask ConnectToFirstAsync(IPAddress[] addresses)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                await _socket!.ConnectAsync(new IPEndPoint(addresses[i], origin.Port));
                return;
            }
            catch (SocketException) when (i + 1 < addresses.Length && Volatile.Read(ref _deadlineNs) >= 0)
            {
                _socket!.Dispose();
                _socket = NewSocket(addresses[i + 1].AddressFamily);
            }
        }
    }

    private async ValueTask HandshakeAsync(Socket socket)
    {
        _tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
        await _tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = origin.Host,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        });
    }

    // What was given up has its own name, whatever the closed socket then said.
    private string Broken(string error)
    {
        var deadline = Volatile.Read(ref _deadlineNs);
        Close();
        return deadline < 0 ? GivenUpAs(deadline) : error;
    }

    private static string GivenUpAs(long deadline) => deadline == -1 ? ErrorTypes.TimedOut : ErrorTypes.Aborted;

    private void Close()
    {
        _tls?.Dispose();
        _socket?.Dispose();
        (_tls, _socket) = (null, null);
    }
}
