using System.Buffers;
using System.Net;
using System.Text;
using Loadstone.LoadEngine.Uploads;

namespace Loadstone.LoadEngine.Http;

/// <summary>
/// HTTP/2 (RFC 9113) and HTTP/3 (RFC 9114) by the platform's client. A request that the server says it has not begun (a refused
/// stream) is sent again by the client; the server does not count such a one either, so the counts agree.
/// </summary>
/// <remarks>The client works on threads of its own; every await comes back to the lane before anything is touched.</remarks>
internal sealed class ClientChannel(Origin origin, Lane lane, HttpMessageInvoker client, Version version) : HttpChannel(origin, lane)
{
    private readonly ByteWriter _head = new();
    private CancellationTokenSource _stop = new();
    private Task<HttpResponseMessage>? _answering;
    private HttpResponseMessage? _answer;

    public override ReadOnlySpan<byte> HeadBytes => _head.Written.Span;

    public override void Begin(long deadlineNs)
    {
        if (!_stop.TryReset())
            _stop = new CancellationTokenSource();
        base.Begin(deadlineNs);
    }

    // The client connects when it sends; what it must not connect to is found out before, while nothing counts as sent.
    public override ValueTask<string?> EnsureOpenAsync() =>
        Lane.Run.Origins.FirstHopOf(Origin) is { IsJudged: false } hop ? JudgeAsync(hop) : ValueTask.FromResult<string?>(null);

    public override ValueTask<string?> SendAsync()
    {
        BytesReceived = 0;
        Kept.Reset();
        _answering = client.SendAsync(ToMessage(Request.Written.Span), _stop.Token);
        return ValueTask.FromResult<string?>(null);
    }

    public override ValueTask<string?> SendAsync(UploadFile file)
    {
        for (var sent = 0; sent < file.ChunkLength; sent += file.PieceFrom(sent).Length)
            Request.Write(file.PieceFrom(sent).Span);
        return SendAsync();
    }

    public override async ValueTask<string?> ReceiveHeadAsync()
    {
        var error = await OnLaneAsync(async () => _answer = await _answering!.ConfigureAwait(false));
        if (error is not null)
            return error;
        FirstByteAtNs = Lane.NowNs;
        WriteHead(_answer!);
        BytesReceived = _head.Length;
        return ResponseHead.TryParse(_head.Written.Span, out HeadField, out _) == HeadParse.Done ? null : ErrorTypes.MalformedResponse;
    }

    public override async ValueTask<string?> ReceiveBodyAsync(bool isHead, bool keep)
    {
        var tooLarge = false;
        var error = await OnLaneAsync(async () => tooLarge = !await TryReadAsync(keep).ConfigureAwait(false));
        return error ?? (tooLarge ? ErrorTypes.BodyTooLarge : null);
    }

    public override void Finish(bool whole)
    {
        Lane.Deadlines.Disarm(this);
        Request.Release();
        _head.Release();
        Kept.Release();
        _answer?.Dispose();
        (_answer, _answering) = (null, null);
    }

    protected override void BreakOff() => _stop.Cancel();

    private async ValueTask<string?> JudgeAsync(Origin hop)
    {
        var error = await OnLaneAsync(async () => await hop.ResolveAsync(_stop.Token).ConfigureAwait(false));
        // All else the client will find too, when it sends.
        return error == ErrorTypes.AddressNotAllowed ? error : null;
    }

    private async ValueTask<string?> OnLaneAsync(Func<Task> act)
    {
        try
        {
            await act().ConfigureAwait(false);
            await Lane.Loop.Enter();
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException || ErrorTypes.Of(e) is not null)
        {
            await Lane.Loop.Enter();
            return GivenUpAs ?? ErrorTypes.OfClient(e);
        }
    }

    private async Task<bool> TryReadAsync(bool keep)
    {
        await using var body = await _answer!.Content.ReadAsStreamAsync(_stop.Token).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            for (int read; (read = await body.ReadAsync(buffer, _stop.Token).ConfigureAwait(false)) > 0;)
            {
                BytesReceived += read;
                if (keep && Kept.Length + read > LargestKeptBody)
                    return false;
                if (keep)
                    Kept.Write(buffer.AsSpan(0, read));
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The answer as HTTP/1.1 puts it, so that one set of rules reads both.
    private void WriteHead(HttpResponseMessage answer)
    {
        _head.Reset();
        _head.Write("HTTP/1.1 "u8);
        _head.Write((int)answer.StatusCode);
        _head.Write("\r\n"u8);
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            foreach (var value in values)
                _head.Write($"{name}: {value}\r\n", Escaping.None);
        }

        _head.Write("\r\n"u8);
    }

    // From the request as HTTP/1.1 puts it.
    private HttpRequestMessage ToMessage(ReadOnlySpan<byte> request)
    {
        var headEnd = request.IndexOf("\r\n\r\n"u8);
        var lines = Encoding.UTF8.GetString(request[..headEnd]).Split("\r\n");
        var start = lines[0].Split(' ');
        // QUIC resolves names itself: it is given the address that was judged, and the name in the Host header.
        var url = version == HttpVersion.Version30 ? Origin.UrlAt(start[1]) : Origin.UrlOf(start[1]);
        var message = new HttpRequestMessage(new HttpMethod(start[0]), url)
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var body = request[(headEnd + 4)..].ToArray();
        if (body.Length > 0 || lines.Any(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)))
            message.Content = new ByteArrayContent(body);
        foreach (var line in lines.Skip(1))
            AddHeader(message, line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
        return message;
    }

    private static void AddHeader(HttpRequestMessage message, string name, string value)
    {
        if (name.Equals("host", StringComparison.OrdinalIgnoreCase))
            message.Headers.Host = value;
        else if (name.Equals("content-length", StringComparison.OrdinalIgnoreCase))
            return;
        else if (!message.Headers.TryAddWithoutValidation(name, value))
            (message.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
    }
}
