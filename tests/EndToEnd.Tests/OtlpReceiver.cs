using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Loadstone.EndToEnd.Tests;

/// <summary>A small OTLP/HTTP collector: keeps the trace exports as they come, and says which services spoke of a trace.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<byte[]> _exports = new();

    private OtlpReceiver()
    {
        Url = new Uri($"http://127.0.0.1:{Local.Ports.PickFree()}/");
        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
        _ = ReceiveAsync();
    }

    public static OtlpReceiver Instance { get; } = new();

    public Uri Url { get; }

    /// <summary>The services that exported a span of the trace. Ids are sixteen bytes, names are text, in every protobuf message that has them.</summary>
    public IReadOnlyCollection<string> ServicesIn(string traceId, IEnumerable<string> services)
    {
        var id = Convert.FromHexString(traceId);
        var about = _exports.Where(e => e.AsSpan().IndexOf(id) >= 0).ToList();
        return [.. services.Where(service => about.Any(e => e.AsSpan().IndexOf(ServiceName(service)) >= 0))];
    }

    public void Dispose() => _listener.Close();

    // An attribute "service.name" with its text value, as OTLP writes it: key (field 1), then AnyValue (field 2) with a text (field 1).
    private static byte[] ServiceName(string service) =>
    [
        0x0a, 12, .. Encoding.UTF8.GetBytes("service.name"), 0x12, (byte)(service.Length + 2), 0x0a, (byte)service.Length, .. Encoding.UTF8.GetBytes(service),
    ];

    private async Task ReceiveAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                if (context.Request.Url!.AbsolutePath.EndsWith("/traces", StringComparison.Ordinal))
                    _exports.Enqueue(body.ToArray());
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
