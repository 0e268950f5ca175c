using Loadstone.LoadEngine.Loops;
using Loadstone.LoadEngine.Uploads;

namespace Loadstone.LoadEngine.Http;

/// <content>Sending the request. A server that has seen enough may answer before it has all of it (RFC 9112 §9.5); that answer counts.</content>
internal sealed partial class HttpConnection
{
    // The rest of the request is not sent any more, and the connection is of no further use.
    private bool _answeredEarly;

    public override ValueTask<string?> SendAsync() => SendAsync(Request.Written);

    public override async ValueTask<string?> SendAsync(UploadFile file)
    {
        var error = await SendAsync();
        for (var sent = 0; error is null && !_answeredEarly && sent < file.ChunkLength;)
        {
            var piece = file.PieceFrom(sent);
            error = await SendAsync(piece);
            sent += piece.Length;
        }

        return error;
    }

    /// <summary>Puts bytes on the wire. Returns null, or the error's name.</summary>
    public ValueTask<string?> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sent = _tls is null ? _socket!.TrySend(bytes.Span) : 0;
        return sent == bytes.Length ? ValueTask.FromResult<string?>(null) : SendSlowlyAsync(bytes, sent);
    }

    private async ValueTask<string?> SendSlowlyAsync(ReadOnlyMemory<byte> bytes, int sent)
    {
        if (_tls is not null)
            return await ThroughTlsAsync(tls => tls.WriteAsync(bytes));
        var error = TakesUpgrade ? await _socket!.SendRestAsync(bytes, sent) : await SendUnlessAnsweredAsync(bytes, sent);
        return error < 0 ? Broken(ErrorTypes.Of(error)) : null;
    }

    // Returns 0 or −errno.
    private async ValueTask<int> SendUnlessAnsweredAsync(ReadOnlyMemory<byte> bytes, int sent)
    {
        while (true)
        {
            if (_socket!.HasUnread && LookForAnswer() is var error && (error < 0 || _answeredEarly))
                return error;
            if (sent < 0 && sent != -Kernel.TryAgain)
                return sent;
            bytes = bytes[Math.Max(0, sent)..];
            if (bytes.IsEmpty)
                return 0;
            await _socket.WritableOrReadable();
            sent = _socket?.TrySend(bytes.Span) ?? -Kernel.BadFile;
        }
    }

    // Returns 0 or −errno. 1xx answers are not the answer; what is not whole yet may become one.
    private int LookForAnswer()
    {
        MakeRoom(LargestHead);
        var received = _socket!.TryReceive(_in.AsSpan(_end));
        if (received is <= 0 and not -Kernel.TryAgain)
            return received == 0 ? -Kernel.BrokenPipe : received;
        if (received > 0)
            _ = Take(received);
        while (!_answeredEarly && ResponseHead.TryParse(_in.AsSpan(_start, _end - _start), out var head, out var length) is var parse && parse != HeadParse.Incomplete)
        {
            _answeredEarly = parse == HeadParse.Malformed || head.Status >= 200;
            _start += _answeredEarly ? 0 : length;
        }

        return 0;
    }
}
