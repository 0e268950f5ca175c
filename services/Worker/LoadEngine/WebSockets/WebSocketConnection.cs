using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Loadstone.LoadEngine.Http;

namespace Loadstone.LoadEngine.WebSockets;

/// <summary>
/// A WebSocket on a connection that has been upgraded (RFC 6455). One flow receives; any number may send, whole messages in
/// the order of their calls. Pings are answered while receiving. An idle one holds no buffers.
/// </summary>
/// <remarks>Used on its lane's thread only.</remarks>
internal sealed class WebSocketConnection(HttpConnection http, VirtualUser user)
{
    private const int LargestMessage = 16 * 1024 * 1024;
    private const int ReadAtOnce = 64 * 1024;
    private const int NormalClosure = 1000;

    // Frames wait in _next while _sending is on its way.
    private ByteWriter _next = new();
    private ByteWriter _sending = new();
    private readonly ByteWriter _pieces = new();
    private bool _flushing;
    private bool _closeSent;
    private int _messageLength;

    // True between the first and the last frame of a message in several.
    private bool _inPieces;

    // Why it is of no use any more, in either direction.
    private string? _over;

    /// <summary>The last message received, until the next is asked for.</summary>
    public ReadOnlySpan<byte> Message => _pieces.Length > 0 ? _pieces.Written.Span : http.Unread[.._messageLength];

    /// <summary>True when the other side said good-bye as it should.</summary>
    public bool WasClosed { get; private set; }

    /// <summary>Sends a message. Returns null, or the error's name; complete when the system has taken it, or it waits behind others.</summary>
    public ValueTask<string?> SendAsync(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        if (_over is not null)
            return ValueTask.FromResult<string?>(_over);
        WebSocketFrame.Write(_next, opcode, payload, (uint)user.Random.Next());
        return _flushing ? ValueTask.FromResult<string?>(null) : FlushAsync();
    }

    /// <summary>Begins the closing handshake (RFC 6455 §7.1.2); the other side's answer ends the receiving.</summary>
    public ValueTask<string?> SendCloseAsync()
    {
        if (_closeSent)
            return ValueTask.FromResult<string?>(null);
        _closeSent = true;
        Span<byte> status = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(status, NormalClosure);
        return SendAsync(Opcode.Close, status);
    }

    /// <summary>Receives the next <see cref="Message"/>. Returns null, or the error's name; <c>connection_closed</c> after a good-bye too.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<string?> ReceiveAsync()
    {
        FinishMessage();
        while (_over is null)
        {
            WebSocketFrame frame;
            while (!WebSocketFrame.TryRead(http.Unread, out frame) && _over is null)
                _over = WebSocketFrame.IsLegal(http.Unread) ? await http.FillAsync(ReadAtOnce) : ErrorTypes.MalformedResponse;
            _over ??= WhatIsWrongWith(frame);
            if (_over is not null)
                break;
            http.Skip(frame.HeadLength);
            _over = frame.IsControl ? await TakeControlAsync(frame) : await TakePartAsync(frame);
            if (frame.IsFinal && !frame.IsControl)
                break;
        }

        return _over;
    }

    /// <summary>Closes at once and gives all buffers back.</summary>
    public void Dispose()
    {
        _next.Release();
        if (!_flushing)
            _sending.Release();
        _pieces.Release();
        http.Dispose();
    }

    // What was handed out as the last message is done with.
    private void FinishMessage()
    {
        http.Skip(_messageLength);
        _messageLength = 0;
        _pieces.Release();
    }

    // A message in several frames goes on with continuations only, and only such a one does (RFC 6455 §5.4).
    private string? WhatIsWrongWith(WebSocketFrame frame)
    {
        if (!WebSocketFrame.IsLegal(http.Unread) || (!frame.IsControl && (frame.Opcode == Opcode.Continuation) != _inPieces))
            return ErrorTypes.MalformedResponse;
        return frame.Length < 0 || frame.Length + _pieces.Length > LargestMessage ? ErrorTypes.BodyTooLarge : null;
    }

    // A message that lies in the connection's buffer as a whole is left there.
    private async ValueTask<string?> TakePartAsync(WebSocketFrame frame)
    {
        _inPieces = !frame.IsFinal;
        if (frame.IsFinal && _pieces.Length == 0 && http.Unread.Length >= frame.Length)
        {
            _messageLength = (int)frame.Length;
            return null;
        }

        for (var left = (int)frame.Length; left > 0;)
        {
            if (http.Unread.IsEmpty && await http.FillAsync(ReadAtOnce) is { } broken)
                return broken;
            var part = Math.Min(left, http.Unread.Length);
            _pieces.Write(http.Unread[..part]);
            http.Skip(part);
            left -= part;
        }

        return null;
    }

    private async ValueTask<string?> TakeControlAsync(WebSocketFrame frame)
    {
        while (http.Unread.Length < frame.Length)
        {
            if (await http.FillAsync(ReadAtOnce) is { } broken)
                return broken;
        }

        var error = await AnswerAsync(frame.Opcode, http.Unread[..(int)frame.Length]);
        http.Skip((int)frame.Length);
        return error;
    }

    private ValueTask<string?> AnswerAsync(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        if (opcode == Opcode.Ping)
            return SendAsync(Opcode.Pong, payload);
        return opcode == Opcode.Close ? SayGoodByeAsync() : ValueTask.FromResult<string?>(null);
    }

    private async ValueTask<string?> SayGoodByeAsync()
    {
        WasClosed = true;
        await SendCloseAsync();
        return ErrorTypes.ConnectionClosed;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<string?> FlushAsync()
    {
        _flushing = true;
        var error = (string?)null;
        while (_next.Length > 0 && error is null)
        {
            (_next, _sending) = (_sending, _next);
            error = await http.SendAsync(_sending.Written);
            _sending.Release();
        }

        _flushing = false;
        _over ??= error;
        return error;
    }
}
