using System.Net;
using System.Text;
using Loadstone.Local;

namespace Loadstone.Services.Tests.Probing;

/// <summary>Answers whatever is asked with the same page.</summary>
internal sealed class MetricsServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly int _status;
    private readonly byte[] _body;

    public MetricsServer(int status, string body)
    {
        (_status, _body) = (status, Encoding.UTF8.GetBytes(body));
        Url = $"http://127.0.0.1:{Ports.PickFree()}/";
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _ = AnswerAsync();
    }

    public string Url { get; }

    public string? LastAuthorization { get; private set; }

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                LastAuthorization = context.Request.Headers["Authorization"];
                context.Response.StatusCode = _status;
                await context.Response.OutputStream.WriteAsync(_body);
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // It was closed, or whoever asked has gone.
                continue;
            }
        }
    }
}
