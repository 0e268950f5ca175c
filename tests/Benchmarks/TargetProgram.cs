using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>The sample target as a process of its own: a target that stalls when it is told to.</summary>
internal sealed class TargetProgram : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new();
    private readonly ChildProcess _process;

    private TargetProgram(ChildProcess process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public static async Task<TargetProgram> StartAsync(StateFolder folder, CancellationToken cancellation)
    {
        var url = new Uri($"http://127.0.0.1:{Ports.PickFree()}");
        var command = new ChildCommand("dotnet", Platform.ProgramOf(folder.Clone, "SampleTarget"), "--urls", url.ToString().TrimEnd('/'));
        var process = ChildProcess.Start(command with { LogFile = folder.LogFile("target") });
        var target = new TargetProgram(process, url);
        await process.UntilReadyAsync<HttpRequestException>(token => target._http.GetStringAsync(new Uri(url, "/counts"), token), ReadyWithin, cancellation);
        return target;
    }

    /// <summary>From now on it holds every request for so long.</summary>
    public void Stall(TimeSpan length)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Url, $"/stall?seconds={length.TotalSeconds}"));
        using var answer = _http.Send(request);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
