using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Loadstone.SampleTarget.Tests;

/// <summary>One TCP connection that does exactly what the test says: nothing is retried, pooled or completed behind its back.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly CancellationTokenSource _limit = new(Patience);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _held;

    public static async Task<RawConnection> OpenAsync(RunningTarget target)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(target.Address.Host, target.Address.Port, connection._limit.Token);
        return connection;
    }

    public ValueTask SendAsync(string text) => _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), _limit.Token);

    public ValueTask AskAsync(string path) => SendAsync($"GET {path} HTTP/1.1\r\nHost: t\r\n\r\n");

    /// <summary>The status of the next answer, whose body is read and forgotten; null when the connection was torn down instead.</summary>
    public async Task<int?> StatusAsync()
    {
        var headEnd = await HaveAsync(() => _buffer.AsSpan(0, _held).IndexOf("\r\n\r\n"u8));
        if (headEnd < 0) return null;
        var head = Encoding.ASCII.GetString(_buffer, 0, headEnd);
        var length = headEnd + 4 + ContentLength(head);
        if (await HaveAsync(() => _held >= length ? 1 : -1) < 0) return null;
        _buffer.AsSpan(length, _held - length).CopyTo(_buffer);
        _held -= length;
        return int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
    }

    /// <summary>Goes away without a word, as a killed client does.</summary>
    public void Break() => _client.Client.Close(0);

    public void Dispose()
    {
        _client.Dispose();
        _limit.Dispose();
    }

    private async Task<int> HaveAsync(Func<int> found)
    {
        while (found() < 0)
        {
            try
            {
                var read = await _client.GetStream().ReadAsync(_buffer.AsMemory(_held), _limit.Token);
                if (read == 0) return -1;
                _held += read;
            }
            catch (IOException)
            {
                return -1;
            }
        }
        return found();
    }

    private static int ContentLength(string head)
    {
        const string Name = "Content-Length: ";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : int.Parse(head.AsSpan(at + Name.Length).ToString().Split('\r')[0], CultureInfo.InvariantCulture);
    }
}
