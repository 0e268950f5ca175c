using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Loadstone.LoadEngine.Tests;

/// <summary>A server that says exactly the bytes a test wants, however odd, and remembers every request it was sent.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(60));
    private readonly Func<ScriptedConnection, Task> _live;
    private readonly Task _accepting;
    private int _connections;

    /// <param name="answer">Called for each request with its connection and its text, head and body.</param>
    public ScriptedServer(Func<ScriptedConnection, string, Task> answer)
        : this(connection => AnswerEachAsync(connection, answer))
    {
    }

    /// <param name="live">Called for each connection; what it does is all that happens on it, and then the connection is closed.</param>
    public ScriptedServer(Func<ScriptedConnection, Task> live)
    {
        _live = live;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}");

    public Uri TlsUrl => new UriBuilder(Url) { Scheme = Uri.UriSchemeHttps }.Uri;

    public int Connections => Volatile.Read(ref _connections);

    public int Requests => Texts.Count;

    public ConcurrentQueue<string> Texts { get; } = new();

    /// <summary>A server that answers every request with the same bytes.</summary>
    public static ScriptedServer Saying(string answer) => new((connection, _) => connection.SayAsync(answer));

    /// <summary>A server that answers with a status and a body.</summary>
    public static ScriptedServer SayingJson(Func<string, (int Status, string Body)> answer) => new((connection, request) =>
    {
        var (status, body) = answer(request);
        return connection.SayAsync($"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
    });

    /// <summary>Until so many requests were read: one that is given up may still be on its way when its run is over.</summary>
    public async Task UntilAskedAsync(int requests)
    {
        while (Requests < requests && !_stop.IsCancellationRequested)
            await Task.Yield();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static async Task AnswerEachAsync(ScriptedConnection connection, Func<ScriptedConnection, string, Task> answer)
    {
        while (await connection.ReadRequestAsync() is { } request)
            await answer(connection, request);
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var socket = await _listener.AcceptAsync(_stop.Token);
            Interlocked.Increment(ref _connections);
            _ = ServeAsync(new ScriptedConnection(socket, Texts, _stop.Token));
        }
    }

    private async Task ServeAsync(ScriptedConnection connection)
    {
        using (connection)
        {
            try
            {
                await _live(connection);
            }
            catch (Exception)
            {
                // It is hung up on, or its script did not foresee what came: the other side sees its connection closed, and the
                // test what came of that. Nothing is left for whoever looks for faults that nobody observed.
                return;
            }
        }
    }
}
