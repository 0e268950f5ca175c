using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Loadstone.LoadEngine.Loops;

namespace Loadstone.LoadEngine.Http;

/// <content>Reading the response: its head, then its body, from one buffer that is filled as needed.</content>
internal sealed partial class HttpConnection
{
    private const int SwitchingProtocols = 101;
    private const int FirstBuffer = PagePool.PageSize;
    private const int LargestHead = 64 * 1024;

    private byte[] _in = [];

    // Bytes received and not yet consumed are _in[_start.._end].
    private int _start;
    private int _end;
    private int _headLength;

    public override ReadOnlySpan<byte> HeadBytes => _in.AsSpan(_start, _headLength);

    private bool HasLeftovers => _start != _end;

    /// <summary>What was received and not yet consumed, for protocols that took the connection over.</summary>
    public ReadOnlySpan<byte> Unread => _in.AsSpan(_start, _end - _start);

    /// <summary>Leaves the connection to another protocol, behind the head of the answer that took it.</summary>
    public void BecomeRaw()
    {
        _start += _headLength;
        Request.Release();
    }

    /// <summary>Consumes some of <see cref="Unread"/>.</summary>
    public void Skip(int count) => _start += count;

    /// <summary>Receives more behind <see cref="Unread"/>, holding no buffer while it waits with nothing unread. Returns null, or the error's name.</summary>
    public ValueTask<string?> FillAsync(int most)
    {
        if (_start == _end)
            ReleaseBuffer();
        return ReceiveMoreAsync(most);
    }

    public override ValueTask AnswerBegins() => _tls is null && _start == _end ? _socket!.Readable() : ValueTask.CompletedTask;

    // Passes over 1xx answers but a change of protocol that was asked for.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<string?> ReceiveHeadAsync()
    {
        Kept.Reset();
        while (true)
        {
            if (_start == _end && await ReceiveMoreAsync(LargestHead) is { } failed)
                return failed;
            var parse = ResponseHead.TryParse(_in.AsSpan(_start, _end - _start), out HeadField, out _headLength);
            HeadField.KeepAlive &= !_answeredEarly;
            if (parse == HeadParse.Done && (HeadField.Status >= 200 || (TakesUpgrade && HeadField.Status == SwitchingProtocols)))
                return null;
            if (parse == HeadParse.Malformed)
                return Broken(ErrorTypes.MalformedResponse);
            if (parse == HeadParse.Done)
                _start += _headLength;
            else if (_end - _start >= LargestHead)
                return Broken(ErrorTypes.HeadersTooLarge);
            else if (await ReceiveMoreAsync(LargestHead) is { } error)
                return error;
        }
    }

    public override ValueTask<string?> ReceiveBodyAsync(bool isHead, bool keep)
    {
        _start += _headLength;
        var framing = HeadField.Framing(isHead);
        if (framing == BodyFraming.Length && _end - _start >= HeadField.ContentLength && HeadField.ContentLength <= LargestKeptBody)
        {
            Take((int)HeadField.ContentLength, keep);
            return ValueTask.FromResult<string?>(null);
        }

        return framing switch
        {
            BodyFraming.None => ValueTask.FromResult<string?>(null),
            BodyFraming.Length => TakeAcrossAsync(HeadField.ContentLength, keep),
            BodyFraming.Chunked => ReceiveChunksAsync(keep),
            _ => ReceiveUntilCloseAsync(keep),
        };
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<string?> TakeAcrossAsync(long left, bool keep)
    {
        while (left > 0)
        {
            if (_start == _end && await ReceiveMoreAsync(FirstBuffer) is { } error)
                return error == ErrorTypes.ConnectionClosed ? ErrorTypes.TruncatedBody : error;
            var part = (int)Math.Min(left, _end - _start);
            if (keep && Kept.Length + part > LargestKeptBody)
                return Broken(ErrorTypes.BodyTooLarge);
            Take(part, keep);
            left -= part;
        }

        return null;
    }

    // chunk = size in hex [ ";" extensions ] CRLF data CRLF; the last has size 0; then trailer fields and an empty line.
    private async ValueTask<string?> ReceiveChunksAsync(bool keep)
    {
        while (true)
        {
            var (size, error) = await ReceiveLineAsync();
            if (error is not null)
                return error;
            if (!Utf8Parser.TryParse(size.Span, out long length, out var digits, 'x') || digits is 0 or > 15 || length < 0 || !IsExtension(size.Span[digits..]))
                return Broken(ErrorTypes.MalformedResponse);
            if (length == 0)
                return await ReceiveTrailersAsync();
            error = await TakeAcrossAsync(length, keep);
            if (error is null && await ReceiveLineAsync() is var end)
                error = end.Error ?? (end.Line.IsEmpty ? null : Broken(ErrorTypes.MalformedResponse));
            if (error is not null)
                return error;
        }
    }

    private static bool IsExtension(ReadOnlySpan<byte> afterSize) => afterSize.Trim(" \t"u8) is [] or [(byte)';', ..];

    private async ValueTask<string?> ReceiveTrailersAsync()
    {
        for (var fields = 0; fields < 100; fields++)
        {
            var (line, error) = await ReceiveLineAsync();
            if (error is not null || line.IsEmpty)
                return error;
        }

        return Broken(ErrorTypes.HeadersTooLarge);
    }

    // The line without its CRLF; valid until the next receive.
    private async ValueTask<(ReadOnlyMemory<byte> Line, string? Error)> ReceiveLineAsync()
    {
        while (true)
        {
            var end = _in.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                var line = _in.AsMemory(_start, end);
                _start += end + 2;
                return (line, null);
            }

            if (_end - _start >= LargestHead)
                return (default, Broken(ErrorTypes.MalformedResponse));
            if (await ReceiveMoreAsync(LargestHead) is { } error)
                return (default, error == ErrorTypes.ConnectionClosed ? ErrorTypes.TruncatedBody : error);
        }
    }

    private async ValueTask<string?> ReceiveUntilCloseAsync(bool keep)
    {
        HeadField.KeepAlive = false;
        while (true)
        {
            if (keep && Kept.Length + _end - _start > LargestKeptBody)
                return Broken(ErrorTypes.BodyTooLarge);
            Take(_end - _start, keep);
            if (await ReceiveMoreAsync(FirstBuffer) is { } error)
                return error == ErrorTypes.ConnectionClosed ? null : error;
        }
    }

    private void Take(int count, bool keep)
    {
        if (keep)
            Kept.Write(_in.AsSpan(_start, count));
        _start += count;
    }

    // Receives at least one byte behind those not yet consumed. Returns null, or the error's name.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<string?> ReceiveMoreAsync(int most)
    {
        if (_tls is not null)
            return await ReceiveThroughTlsAsync(most);
        while (true)
        {
            // Room is made only when there is something to receive: users who wait hold no buffer.
            await _socket!.Readable();
            MakeRoom(most);
            // Whoever was sending meanwhile may have found it broken.
            var received = _socket?.TryReceive(_in.AsSpan(_end)) ?? -Kernel.BadFile;
            if (received != -Kernel.TryAgain)
                return Take(received);
        }
    }

    private async ValueTask<string?> ReceiveThroughTlsAsync(int most)
    {
        MakeRoom(most);
        var count = 0;
        return await ThroughTlsAsync(async tls => count = await tls.ReadAsync(_in.AsMemory(_end))) ?? Take(count);
    }

    private string? Take(int received)
    {
        if (received <= 0)
            return Broken(received == 0 ? ErrorTypes.ConnectionClosed : ErrorTypes.Of(received));
        if (BytesReceived == 0)
            FirstByteAtNs = Lane.NowNs;
        _end += received;
        BytesReceived += received;
        return null;
    }

    private void MakeRoom(int most)
    {
        if (_in.Length == 0)
            _in = Lane.Pages.Rent(FirstBuffer);
        if (_start == _end)
            (_start, _end) = (0, 0);
        if (_end < _in.Length)
            return;
        var unread = _in.AsSpan(_start, _end - _start);
        if (_start > 0)
            unread.CopyTo(_in);
        else
            GrowTo(Math.Min(most * 2, _in.Length * 2), unread);
        (_start, _end) = (0, unread.Length);
    }

    private void GrowTo(int size, ReadOnlySpan<byte> unread)
    {
        var larger = Lane.Pages.Rent(size);
        unread.CopyTo(larger);
        Lane.Pages.Return(_in);
        _in = larger;
    }

    private void ReleaseBuffer()
    {
        if (_in.Length > 0)
            Lane.Pages.Return(_in);
        (_in, _start, _end) = ([], 0, 0);
    }
}
