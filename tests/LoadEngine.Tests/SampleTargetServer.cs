using System.Text.Json.Nodes;
using Loadstone.Local;

namespace Loadstone.LoadEngine.Tests;

/// <summary>One sample target, a process of its own, for all tests of a class.</summary>
public sealed class SampleTargetServer : IAsyncLifetime
{
    private readonly StateFolder _folder = StateFolder.Open(StateFolder.FindClone(), "target");
    private LocalTarget? _target;

    public Uri Url => _target!.Url;

    public async Task InitializeAsync() => _target = await LocalTarget.StartAsync(_folder, CancellationToken.None);

    public async Task DisposeAsync()
    {
        if (_target is not null)
            await _target.DisposeAsync();
        _folder.Dispose();
    }

    public Task ResetAsync() => _target!.ResetAsync();

    /// <summary>What it has been asked since the reset, once it has noticed that all WebSockets are closed.</summary>
    public async Task<JsonNode> CountsAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!patience.IsCancellationRequested)
        {
            var counts = await _target!.CountsAsync();
            if ((int)counts["websockets"]! == 0)
                return counts;
        }

        throw new TimeoutException("WebSockets are still open");
    }
}
