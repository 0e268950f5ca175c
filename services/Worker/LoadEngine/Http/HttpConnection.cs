using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Loadstone.LoadEngine.Loops;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Http;

/// <summary>
/// One HTTP/1.1 connection of one virtual user: one request at a time, nothing sent again behind the user's back, so that every
/// attempt on the wire is counted. Failures are returned by name (<see cref="ErrorTypes"/>), not thrown.
/// </summary>
/// <remarks>Used on its lane's thread only. Buffers are rented from the send to <see cref="Finish"/>; an idle connection holds none.</remarks>
internal sealed partial class HttpConnection(Origin origin, Lane lane) : Deadlined, IDisposable
{
    private LoopSocket? _socket;
    private SslStream? _tls;
    private string? _givenUpAs;

    // When the present attempt came to these points; 0 for those it did not come to.
    private long _openingAtNs;
    private long _resolvedAtNs;
    private long _connectedAtNs;
    private long _secureAtNs;
    private long _firstByteAtNs;

    public Origin Origin => origin;

    /// <summary>Where the request is written before it is sent.</summary>
    public ByteWriter Request { get; } = new();

    /// <summary>True when bytes came that no request asked for; the connection is then not to be used again.</summary>
    public bool HasLeftovers => _start != _end;

    /// <summary>True when the present attempt had to connect first.</summary>
    public bool WasJustOpened { get; private set; }

    // Closed from the other side, or spoken to unasked, while it was idle. TLS has messages of its own.
    private bool IsStale => _socket is { } socket && (socket.HasEnded || (_tls is null && socket.HasUnread));

    /// <summary>Begins something that must be over by <paramref name="deadlineNs"/>.</summary>
    public void Begin(long deadlineNs)
    {
        _givenUpAs = null;
        _openingAtNs = _resolvedAtNs = _connectedAtNs = _secureAtNs = _firstByteAtNs = 0;
        lane.Deadlines.Arm(this, deadlineNs);
    }

    /// <summary>Ends what was begun. Returns the error when it was given up in the meantime.</summary>
    public string? End()
    {
        lane.Deadlines.Disarm(this);
        return _givenUpAs;
    }

    public override void GiveUp(bool timedOut)
    {
        lane.Deadlines.Disarm(this);
        _givenUpAs = timedOut ? ErrorTypes.TimedOut : ErrorTypes.Aborted;
        _socket?.Close();
    }

    /// <summary>Where the time of the present attempt went.</summary>
    public PhaseTimes PhasesOf(long sentNs, long endNs) => new(
        Math.Max(0, _resolvedAtNs - _openingAtNs), Math.Max(0, _connectedAtNs - _resolvedAtNs), Math.Max(0, _secureAtNs - _connectedAtNs),
        _firstByteAtNs == 0 ? 0 : Math.Max(1, _firstByteAtNs - sentNs), _firstByteAtNs == 0 ? 0 : endNs - _firstByteAtNs);

    /// <summary>Connects unless there is a connection that can be used. Returns null, or the error's name.</summary>
    public ValueTask<string?> EnsureOpenAsync()
    {
        if (IsStale)
            Close();
        WasJustOpened = _socket is null;
        return WasJustOpened ? OpenAsync() : ValueTask.FromResult<string?>(null);
    }

    /// <summary>Puts <see cref="Request"/> on the wire. Returns null, or the error's name.</summary>
    public ValueTask<string?> SendAsync() => SendAsync(Request.Written);

    /// <summary>Puts bytes on the wire. Returns null, or the error's name.</summary>
    public ValueTask<string?> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sent = _tls is null ? _socket!.TrySend(bytes.Span) : 0;
        return sent == bytes.Length ? ValueTask.FromResult<string?>(null) : SendSlowlyAsync(bytes, sent);
    }

    /// <summary>Gives the buffers back. Closes the connection unless it may be used again.</summary>
    public void Finish(bool reusable)
    {
        lane.Deadlines.Disarm(this);
        Request.Release();
        ReleaseResponse();
        if (!reusable)
            Close();
    }

    public void Dispose() => Finish(reusable: false);

    private async ValueTask<string?> SendSlowlyAsync(ReadOnlyMemory<byte> bytes, int sent)
    {
        if (_tls is not null)
            return await ThroughTlsAsync(tls => tls.WriteAsync(bytes));
        var error = await _socket!.SendRestAsync(bytes, sent);
        return error < 0 ? Broken(ErrorTypes.Of(error)) : null;
    }

    private async ValueTask<string?> OpenAsync()
    {
        try
        {
            var beganNs = lane.NowNs;
            var resolving = origin.ResolveAsync(CancellationToken.None);
            var isKnown = resolving.IsCompleted;
            var addresses = await resolving;
            await lane.Loop.Enter();
            _resolvedAtNs = lane.NowNs;
            _openingAtNs = isKnown ? _resolvedAtNs : beganNs;
            if (_givenUpAs is not null)
                return _givenUpAs;
            var error = await ConnectToFirstAsync(addresses);
            if (error < 0)
                return Broken(ErrorTypes.Of(error));
            _connectedAtNs = lane.NowNs;
            return origin.IsTls ? await ThroughTlsAsync(HandshakeAsync) : null;
        }
        catch (SocketException e)
        {
            // The name does not resolve.
            await lane.Loop.Enter();
            return Broken(ErrorTypes.Of(e)!);
        }
    }

    // One address after the other, each with a socket of its own: a failed connect(2) leaves a socket unusable.
    private async ValueTask<int> ConnectToFirstAsync(IPAddress[] addresses)
    {
        for (var i = 0; ; i++)
        {
            _socket = LoopSocket.New(lane.Loop, addresses[i].AddressFamily);
            var error = await _socket.ConnectAsync(new IPEndPoint(addresses[i], origin.Port));
            if (error == 0 || i + 1 == addresses.Length || _givenUpAs is not null)
                return error;
            _socket.Close();
        }
    }

    private async ValueTask<string?> ThroughTlsAsync(Func<SslStream, ValueTask> act)
    {
        try
        {
            await act(_tls ??= new SslStream(new LoopStream(_socket!)));
            return null;
        }
        catch (Exception e) when (ErrorTypes.Of(e) is not null)
        {
            return Broken(ErrorTypes.Of(e)!);
        }
    }

    private async ValueTask HandshakeAsync(SslStream tls)
    {
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = origin.Host,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            // Nothing on a loop may wait for somebody else's server.
            CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
        });
        await lane.Loop.Enter();
        _secureAtNs = lane.NowNs;
    }

    // What was given up has its own name, whatever the closed socket then said.
    private string Broken(string error)
    {
        Close();
        return _givenUpAs ?? error;
    }

    private void Close()
    {
        _socket?.Close();
        _tls?.Dispose();
        (_tls, _socket) = (null, null);
    }
}
