using System.Net.Sockets;
using System.Security.Authentication;
using Loadstone.LoadEngine.Loops;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Http;

/// <summary>The names of what can go wrong with a request, as windows count them and reports show them.</summary>
internal static class ErrorTypes
{
    public const string ConnectRefused = "connect_refused";
    public const string DnsFailed = "dns_failed";
    public const string TlsFailed = "tls_failed";
    public const string ConnectionReset = "connection_reset";
    public const string ConnectionClosed = "connection_closed";
    public const string TimedOut = "timed_out";
    public const string Aborted = "aborted";
    public const string Unreachable = "unreachable";
    public const string MalformedResponse = "malformed_response";
    public const string HeadersTooLarge = "headers_too_large";
    public const string BodyTooLarge = "body_too_large";
    public const string TruncatedBody = "truncated_body";
    public const string BadEncoding = "bad_content_encoding";

    /// <summary>A redirect or a path leads out of the environment.</summary>
    public const string OriginNotAllowed = "origin_not_allowed";

    /// <summary>A name leads to an address that no request may go to.</summary>
    public const string AddressNotAllowed = "address_not_allowed";
    public const string VersionNotSpoken = "http_version_not_spoken";
    public const string ProxyRefused = "proxy_refused";

    /// <summary>Our own machine ran out of ports or file handles: the generator's fault, not the target's.</summary>
    public const string GeneratorExhausted = GeneratorWatch.OwnError;

    private static readonly Dictionary<SocketError, string> BySocketError = new()
    {
        [SocketError.ConnectionRefused] = ConnectRefused,
        [SocketError.ConnectionReset] = ConnectionReset,
        [SocketError.ConnectionAborted] = ConnectionReset,
        [SocketError.Shutdown] = ConnectionReset,
        [SocketError.OperationAborted] = Aborted,
        [SocketError.Interrupted] = Aborted,
        [SocketError.TimedOut] = TimedOut,
        [SocketError.HostUnreachable] = Unreachable,
        [SocketError.NetworkUnreachable] = Unreachable,
        [SocketError.NetworkDown] = Unreachable,
        [SocketError.AddressNotAvailable] = GeneratorExhausted,
        [SocketError.AddressAlreadyInUse] = GeneratorExhausted,
        [SocketError.TooManyOpenSockets] = GeneratorExhausted,
        [SocketError.NoBufferSpaceAvailable] = GeneratorExhausted,
        [SocketError.HostNotFound] = DnsFailed,
        [SocketError.TryAgain] = DnsFailed,
        [SocketError.NoData] = DnsFailed,
    };

    // By errno (Linux): what the engine's own sockets return.
    private static readonly Dictionary<int, string> ByErrno = new()
    {
        [9] = Aborted, // EBADF: we have closed it
        [32] = ConnectionReset, // EPIPE
        [103] = ConnectionReset, // ECONNABORTED
        [104] = ConnectionReset,
        [107] = ConnectionReset, // ENOTCONN
        [110] = TimedOut,
        [111] = ConnectRefused,
        [100] = Unreachable, // ENETDOWN
        [101] = Unreachable, // ENETUNREACH
        [113] = Unreachable, // EHOSTUNREACH
        [12] = GeneratorExhausted, // ENOMEM
        [23] = GeneratorExhausted, // ENFILE
        [24] = GeneratorExhausted, // EMFILE
        [28] = GeneratorExhausted, // ENOSPC
        [98] = GeneratorExhausted, // EADDRINUSE
        [99] = GeneratorExhausted, // EADDRNOTAVAIL
        [105] = GeneratorExhausted, // ENOBUFS
    };

    /// <summary>How a request with that error ended; null is none.</summary>
    public static Outcome OutcomeOf(string? error) => error switch
    {
        null => Outcome.Ok,
        TimedOut => Outcome.TimedOut,
        Aborted => Outcome.Aborted,
        _ => Outcome.Failed,
    };

    /// <summary>The name of what the system answered, as −errno.</summary>
    public static string Of(int error) => ByErrno.GetValueOrDefault(-error) ?? $"socket_error_{-error}";

    /// <summary>The name of what the platform's HTTP client threw.</summary>
    public static string OfClient(Exception exception) => exception switch
    {
        HttpProtocolException protocol => OfProtocol(protocol.ErrorCode),
        HttpRequestException { InnerException: HttpProtocolException protocol } => OfProtocol(protocol.ErrorCode),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => DnsFailed,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => RefusesVersion(exception) ? VersionNotSpoken : TlsFailed,
        HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError } => VersionNotSpoken,
        HttpRequestException { HttpRequestError: HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse } => MalformedResponse,
        HttpRequestException { InnerException: { } inner } => Of(inner) ?? ConnectionClosed,
        OperationCanceledException => Aborted,
        _ => Of(exception) ?? ConnectionClosed,
    };

    // The codes of HTTP/2 (RFC 9113 §7) and HTTP/3 (RFC 9114 §8.1): what they share has one name, and what they lay at the
    // other side's door is a broken answer. With all others a server breaks off what it could have answered.
    private static string OfProtocol(long code) => code switch
    {
        0x0d or 0x110 => VersionNotSpoken, // HTTP_1_1_REQUIRED, H3_VERSION_FALLBACK
        0x01 or 0x03 or 0x06 or 0x09 => MalformedResponse, // PROTOCOL_, FLOW_CONTROL_, FRAME_SIZE_, COMPRESSION_ERROR
        0x101 or 0x105 or 0x106 or 0x10e => MalformedResponse, // H3_GENERAL_PROTOCOL_, FRAME_UNEXPECTED, FRAME_ERROR, MESSAGE_ERROR
        _ => ConnectionReset,
    };

    // The alert of a server that has no protocol in common with us (RFC 7301 §3.2) is known by its name alone.
    private static bool RefusesVersion(Exception exception) =>
        exception.GetBaseException().Message.Contains("no application protocol", StringComparison.Ordinal);

    /// <summary>The name of what a resolver, a TLS stream or a client library threw; null when it is nothing a network does.</summary>
    public static string? Of(Exception exception) => exception switch
    {
        SocketException socket => BySocketError.GetValueOrDefault(socket.SocketErrorCode, $"socket_{socket.SocketErrorCode}".ToLowerInvariant()),
        AddressRefusedException => AddressNotAllowed,
        BrokenSocketException broken => Of(broken.Error),
        AuthenticationException { InnerException: BrokenSocketException broken } => Of(broken.Error),
        AuthenticationException => TlsFailed,
        IOException { InnerException: { } inner } => Of(inner) ?? ConnectionClosed,
        IOException => ConnectionClosed,
        ObjectDisposedException => Aborted,
        _ => null,
    };
}
