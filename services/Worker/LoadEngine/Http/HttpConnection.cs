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
internal sealed partial class HttpConnection(Origin origin, Lane lane) : HttpChannel(origin, lane)
{
    private LoopSocket? _socket;
    private SslStream? _tls;
    private bool _isCounted;

    // When the present attempt came to these points; 0 for those it did not come to.
    private long _openingAtNs;
    private long _resolvedAtNs;
    private long _connectedAtNs;
    private long _secureAtNs;

    /// <summary>True when 101 Switching Protocols ends the exchange and leaves the connection to another protocol.</summary>
    public bool TakesUpgrade { get; init; }

    // Closed from the other side, or spoken to unasked, while it was idle. TLS has messages of its own.
    private bool IsStale => _socket is { } socket && (socket.HasEnded || (_tls is null && socket.HasUnread));

    public override void Begin(long deadlineNs)
    {
        _openingAtNs = _resolvedAtNs = _connectedAtNs = _secureAtNs = 0;
        _answeredEarly = false;
        BytesReceived = 0;
        base.Begin(deadlineNs);
    }

    public override PhaseTimes PhasesOf(long sentNs, long endNs) => base.PhasesOf(sentNs, endNs) with
    {
        DnsNs = Math.Max(0, _resolvedAtNs - _openingAtNs),
        ConnectNs = Math.Max(0, _connectedAtNs - _resolvedAtNs),
        TlsNs = Math.Max(0, _secureAtNs - _connectedAtNs),
    };

    public override ValueTask<string?> EnsureOpenAsync()
    {
        if (IsStale)
            Close();
        WasJustOpened = _socket is null;
        return WasJustOpened ? OpenAsync() : ValueTask.FromResult<string?>(null);
    }

    public override void Finish(bool whole)
    {
        Lane.Deadlines.Disarm(this);
        var reusable = whole && !HasLeftovers;
        Request.Release();
        Kept.Release();
        ReleaseBuffer();
        if (!reusable)
            Close();
    }

    protected override void BreakOff() => _socket?.Close();

    private async ValueTask<string?> OpenAsync()
    {
        try
        {
            var beganNs = Lane.NowNs;
            var resolving = Origin.FirstHop.ResolveAsync(CancellationToken.None);
            var isKnown = resolving.IsCompleted;
            var addresses = await resolving;
            await Lane.Loop.Enter();
            _resolvedAtNs = Lane.NowNs;
            _openingAtNs = isKnown ? _resolvedAtNs : beganNs;
            if (GivenUpAs is not null)
                return GivenUpAs;
            var error = await ConnectToFirstAsync(addresses);
            if (error < 0)
                return Broken(ErrorTypes.Of(error));
            if (Origin.NeedsTunnel && await TunnelAsync() is { } refused)
                return refused;
            _connectedAtNs = Lane.NowNs;
            Count(1);
            return Origin.IsTls ? await ThroughTlsAsync(HandshakeAsync) : null;
        }
        catch (Exception e) when (e is SocketException or AddressRefusedException)
        {
            // The name does not resolve, or leads where nothing may be sent.
            await Lane.Loop.Enter();
            return Broken(ErrorTypes.Of(e)!);
        }
    }

    // A proxy hands on what it cannot read after CONNECT (RFC 9110 §9.3.6).
    private async ValueTask<string?> TunnelAsync()
    {
        var wanted = Origin.Host.Contains(':', StringComparison.Ordinal) ? $"[{Origin.Host.Trim('[', ']')}]:{Origin.Port}" : $"{Origin.Host}:{Origin.Port}";
        Request.Reset();
        Request.Write($"CONNECT {wanted} HTTP/1.1\r\nHost: {wanted}\r\n\r\n", Escaping.None);
        var error = await SendAsync() ?? await ReceiveHeadAsync();
        if (error is not null)
            return error;
        BecomeRaw();
        // The proxy's answer is not the target's.
        (FirstByteAtNs, BytesReceived) = (0, 0);
        return HeadField.Status is >= 200 and < 300 ? null : Broken(ErrorTypes.ProxyRefused);
    }

    // One address after the other, each with a socket of its own: a failed connect(2) leaves a socket unusable.
    private async ValueTask<int> ConnectToFirstAsync(IPAddress[] addresses)
    {
        for (var i = 0; ; i++)
        {
            _socket = LoopSocket.New(Lane.Loop, addresses[i].AddressFamily);
            var error = await _socket.ConnectAsync(new IPEndPoint(addresses[i], Origin.FirstHop.Port));
            if (error == 0 || i + 1 == addresses.Length || GivenUpAs is not null)
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

    /// <summary>What takes any certificate, for test systems that have their own; null verifies as usual.</summary>
#pragma warning disable CA5359 // The plan's author has asked for it.
    public static RemoteCertificateValidationCallback? AnyCertificateUnless(bool verify) => verify ? null : (_, _, _, _) => true;
#pragma warning restore CA5359

    private async ValueTask HandshakeAsync(SslStream tls)
    {
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = Origin.Host,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            RemoteCertificateValidationCallback = AnyCertificateUnless(Lane.Run.Http.VerifyTls),
            // Nothing on a loop may wait for somebody else's server.
            CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
        });
        await Lane.Loop.Enter();
        _secureAtNs = Lane.NowNs;
    }

    // What was given up has its own name, whatever the closed socket then said.
    private string Broken(string error)
    {
        Close();
        return GivenUpAs ?? error;
    }

    private void Count(int more)
    {
        Lane.Open += TakesUpgrade ? new OpenConnections(0, more) : new OpenConnections(more, 0);
        _isCounted = more > 0;
    }

    private void Close()
    {
        if (_isCounted)
            Count(-1);
        _socket?.Close();
        _tls?.Dispose();
        (_tls, _socket) = (null, null);
    }
}
