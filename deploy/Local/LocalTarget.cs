using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Loadstone.Local;

/// <summary>The sample target as a process of its own, for tests and benchmarks to put load on.</summary>
public sealed class LocalTarget : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(30);

    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    private LocalTarget(ChildProcess process, Uri url)
    {
        (_process, Url) = (process, url);
        _http = new HttpClient { BaseAddress = Url, Timeout = ReadyTimeout };
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>Starts it and returns when it listens.</summary>
    /// <param name="folder">Where it writes its log, and its address.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<LocalTarget> StartAsync(StateFolder folder, CancellationToken cancellation)
    {
        var portFile = Path.Combine(folder.Path, "target.url");
        File.Delete(portFile);
        var command = new ChildCommand("dotnet", Platform.ProgramOf(folder.Clone, "SampleTarget"), "--urls", "http://127.0.0.1:0", "--port-file", portFile);
        var process = ChildProcess.Start(command with { LogFile = folder.LogFile("target") });
        try
        {
            var url = "";
            await process.UntilReadyAsync<FileNotFoundException>(async ct => url = await File.ReadAllTextAsync(portFile, ct), ReadyTimeout, cancellation);
            return new LocalTarget(process, new Uri(url.Trim()));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>What it has been asked since the last reset.</summary>
    public async Task<JsonNode> CountsAsync() => (await _http.GetFromJsonAsync<JsonNode>("/counts"))!;

    /// <summary>Counts to zero, all as it was at the start.</summary>
    public async Task ResetAsync()
    {
        using var answer = await _http.PostAsync("/reset", null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>From now on it holds every request for so long.</summary>
    public void Stall(TimeSpan length)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"/stall?seconds={length.TotalSeconds}"));
        using var answer = _http.Send(request);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
