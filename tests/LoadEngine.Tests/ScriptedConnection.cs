using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Loadstone.LoadEngine.Tests;

/// <summary>One connection as its server sees it: it reads requests and says bytes, in whatever order and manner a test wants.</summary>
internal sealed class ScriptedConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly ConcurrentQueue<string> _texts;
    private readonly CancellationToken _stop;
    private Stream _stream;
    private byte[] _buffer = new byte[64 * 1024];
    private int _length;

    public ScriptedConnection(Socket socket, ConcurrentQueue<string> texts, CancellationToken stop)
    {
        (_socket, _texts, _stop) = (socket, texts, stop);
        socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: false);
    }

    /// <summary>How many requests have come on this connection.</summary>
    public int Number { get; private set; }

    public Task SayAsync(string text) => SayAsync(Encoding.Latin1.GetBytes(text));

    public async Task SayAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes, _stop);

    /// <summary>Says each part when the one before has been read, so that no receive ever has two of them.</summary>
    public async Task SayApartAsync(params IEnumerable<byte[]> parts)
    {
        foreach (var part in parts)
        {
            await SayAsync(part);
            await UntilTakenAsync();
        }
    }

    /// <summary>Says one byte after the other at a pace.</summary>
    public async Task DripAsync(string text, TimeSpan pace)
    {
        using var pulse = new PeriodicTimer(pace);
        foreach (var letter in text)
        {
            await SayAsync(letter.ToString());
            await pulse.WaitForNextTickAsync(_stop);
        }
    }

    /// <summary>From here on the connection is a TLS one.</summary>
    public async Task SecureAsync(X509Certificate2 certificate)
    {
        var tls = new SslStream(_stream);
        _stream = tls;
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _stop);
    }

    /// <summary>Ends the connection in good order.</summary>
    public void Close() => _socket.Close();

    /// <summary>Ends the connection by a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>The next request, head and body; null when the other side has ended the connection.</summary>
    public async Task<string?> ReadRequestAsync()
    {
        int length;
        while ((length = LengthOfRequest()) == 0)
        {
            if (!await ReadMoreAsync())
                return null;
        }

        var text = Encoding.UTF8.GetString(_buffer, 0, length);
        _buffer.AsSpan(length, _length - length).CopyTo(_buffer);
        _length -= length;
        Number++;
        _texts.Enqueue(text);
        return text;
    }

    /// <summary>Reads what is there of a request, or waits for its first bytes. False when the other side has ended the connection.</summary>
    public async Task<bool> ReadMoreAsync()
    {
        if (_length == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _length);
        var received = await _stream.ReadAsync(_buffer.AsMemory(_length), _stop);
        _length += received;
        return received > 0;
    }

    /// <summary>The next bytes, that many; fewer when the other side has ended the connection.</summary>
    public async Task<byte[]> ReadBytesAsync(int count)
    {
        while (_length < count && await ReadMoreAsync())
        {
        }

        var bytes = _buffer[..Math.Min(count, _length)];
        _buffer.AsSpan(bytes.Length, _length - bytes.Length).CopyTo(_buffer);
        _length -= bytes.Length;
        return bytes;
    }

    /// <summary>Until the other side has ended the connection, whatever it says before.</summary>
    public async Task UntilLeftAsync()
    {
        while (await ReadMoreAsync())
            _length = 0;
    }

    /// <summary>Until the test is over, without reading what the other side says.</summary>
    public Task UntilTheEndAsync() => Task.Delay(Timeout.Infinite, _stop);

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    // 0 until all of it is there.
    private int LengthOfRequest()
    {
        var headEnd = _buffer.AsSpan(0, _length).IndexOf("\r\n\r\n"u8);
        var whole = headEnd < 0 ? int.MaxValue : headEnd + 4 + LengthOfBody(Encoding.ASCII.GetString(_buffer, 0, headEnd + 2));
        return whole <= _length ? whole : 0;
    }

    private static int LengthOfBody(string head)
    {
        const string Name = "Content-Length: ";
        var at = head.IndexOf(Name, StringComparison.Ordinal);
        return at < 0 ? 0 : int.Parse(head.AsSpan(at + Name.Length, head.IndexOf('\r', at) - at - Name.Length));
    }

    // What the other side has not read yet stands in its line of the kernel's table: local and remote address, state, queues (proc(5)).
    private async Task UntilTakenAsync()
    {
        var (here, there) = ((IPEndPoint)_socket.LocalEndPoint!, (IPEndPoint)_socket.RemoteEndPoint!);
        var line = string.Create(CultureInfo.InvariantCulture, $"0100007F:{there.Port:X4} 0100007F:{here.Port:X4} 01 ");
        while (await UnreadAsync(line) > 0)
            await Task.Yield();
    }

    private async Task<int> UnreadAsync(string line)
    {
        var table = await File.ReadAllTextAsync("/proc/net/tcp", _stop);
        var at = table.IndexOf(line, StringComparison.Ordinal);
        var sent = "00000000:".Length;
        return at < 0 ? 0 : int.Parse(table.AsSpan(at + line.Length + sent, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
