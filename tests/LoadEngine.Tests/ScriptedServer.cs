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
    private readonly Func<Connection, string, Task> _answer;
    private readonly Task _accepting;
    private int _requests;

    /// <param name="answer">Called for each request with its connection and its text, head and body.</param>
    public ScriptedServer(Func<Connection, string, Task> answer)
    {
        _answer = answer;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}");

    public int Requests => Volatile.Read(ref _requests);

    public ConcurrentQueue<string> Texts { get; } = new();

    /// <summary>A server that answers every request with the same bytes.</summary>
    public static ScriptedServer Saying(string answer) => new((connection, _) => connection.SayAsync(answer));

    /// <summary>A server that answers with a status and a body.</summary>
    public static ScriptedServer SayingJson(Func<string, (int Status, string Body)> answer) => new((connection, request) =>
    {
        var (status, body) = answer(request);
        return connection.SayAsync($"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
            _ = ServeAsync(new Connection(await _listener.AcceptAsync(_stop.Token), _stop.Token));
    }

    private async Task ServeAsync(Connection connection)
    {
        using (connection)
        {
            try
            {
                while (await connection.ReadRequestAsync() is { } request)
                {
                    Texts.Enqueue(request);
                    Interlocked.Increment(ref _requests);
                    await _answer(connection, request);
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    internal sealed class Connection(Socket socket, CancellationToken stop) : IDisposable
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private int _length;

        public int Number { get; private set; }

        public Task SayAsync(string text) => SayAsync(Encoding.Latin1.GetBytes(text));

        public async Task SayAsync(byte[] bytes) => await socket.SendAsync(bytes, SocketFlags.None, stop);

        /// <summary>Ends the connection in good order.</summary>
        public void Close() => socket.Close();

        /// <summary>Ends the connection by a reset.</summary>
        public void Reset()
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }

        public async Task<string?> ReadRequestAsync()
        {
            while (true)
            {
                var text = Encoding.UTF8.GetString(_buffer, 0, _length);
                var headEnd = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                if (headEnd >= 0 && _length >= headEnd + 4 + LengthOf(text))
                {
                    Number++;
                    _length = 0;
                    return text;
                }

                var received = await socket.ReceiveAsync(_buffer.AsMemory(_length), SocketFlags.None, stop);
                if (received == 0)
                    return null;
                _length += received;
            }
        }

        public void Dispose() => socket.Dispose();

        private static int LengthOf(string text)
        {
            const string Name = "Content-Length: ";
            var at = text.IndexOf(Name, StringComparison.Ordinal);
            return at < 0 ? 0 : int.Parse(text.AsSpan(at + Name.Length, text.IndexOf('\r', at) - at - Name.Length));
        }
    }
}

/// <summary>Runs a small journey for real and says what was measured.</summary>
internal static class RealRun
{
    /// <summary>Runs the steps (YAML list items) for one user, so many times.</summary>
    public static Task<RunEnd> OfSteps(Uri target, string steps, int iterations = 1, string more = "") => Of($$"""
        name: x
        duration: 30s
        max_virtual_users: 1
        load_pattern: { type: per_user_iterations, iterations: {{iterations}} }
        scenario_config:
          think_time: 0
          {{more}}
          scenarios:
            - name: s
              user_journey:
                {{steps.ReplaceLineEndings("\n        ")}}
        """, target);

    public static async Task<RunEnd> Of(string plan, params Uri[] targets)
    {
        var errors = new Plans.DocumentErrors();
        var order = new LoadOrder { Plan = Plans.PlanFile.Parse(plan).WithScenarios(_ => null, errors), BaseUrls = targets, Seed = 1 };
        await using var run = await LoadRun.PrepareAsync(order, CancellationToken.None);
        var end = await run.RunAsync(TimeSpan.Zero, _ => { }).WaitAsync(TimeSpan.FromSeconds(40));
        Assert.Null(end.Fault);
        return end;
    }
}
