using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Loadstone.SampleTarget.Tests;

/// <summary>The program as its starter sees it: a process of its own.</summary>
public sealed class ProgramTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sample-target-");

    [Fact]
    public async Task It_writes_its_address_to_the_port_file_answers_there_and_ends_soon_when_told()
    {
        var portFile = Path.Combine(_folder.FullName, "port");
        using var arrival = new FileSystemWatcher(_folder.FullName, "port");
        var written = new TaskCompletionSource();
        arrival.Renamed += (_, _) => written.TrySetResult();
        arrival.EnableRaisingEvents = true;
        using var target = Start("--urls", "http://127.0.0.1:0", "--port-file", portFile);
        await written.Task.WaitAsync(Patience);

        using var http = new HttpClient { BaseAddress = new Uri((await File.ReadAllTextAsync(portFile)).Trim()), Timeout = Patience };
        var held = http.GetAsync("/fixed?ms=60000");
        while (!(await http.GetStringAsync("/counts")).Contains("\"in_flight\":1", StringComparison.Ordinal)) await Task.Yield();

        var watch = Stopwatch.StartNew();
        Assert.Equal(0, SendSignal(target.Id, Terminate));
        using var limit = new CancellationTokenSource(Patience);
        await target.WaitForExitAsync(limit.Token);
        Assert.Equal(0, target.ExitCode);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(3), $"ended after {watch.Elapsed}");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => held);
    }

    [Theory]
    [InlineData(0, "--port-file", "--help")]
    [InlineData(0, "LISTEN", "-h")]
    [InlineData(2, "unknown option", "--port")]
    [InlineData(2, "not usable", "--urls", "somewhere")]
    [InlineData(2, "not usable", "--seed", "-1")]
    [InlineData(2, "not usable", "--port-file")]
    public async Task It_explains_itself_and_refuses_what_it_does_not_know(int exitCode, string said, params string[] args)
    {
        using var target = Start(args);
        using var limit = new CancellationTokenSource(Patience);
        var text = await target.StandardOutput.ReadToEndAsync(limit.Token) + await target.StandardError.ReadToEndAsync(limit.Token);
        await target.WaitForExitAsync(limit.Token);
        Assert.Equal(exitCode, target.ExitCode);
        Assert.Contains(said, text, StringComparison.OrdinalIgnoreCase);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private const int Terminate = 15;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    private static Process Start(params string[] args) => Process.Start(new ProcessStartInfo("dotnet", [typeof(Target).Assembly.Location, .. args])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
