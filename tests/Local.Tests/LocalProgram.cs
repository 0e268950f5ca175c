
namespace Loadstone.Local.Tests;

/// <summary>The built program of deploy/Local, run as `servers`.</summary>
internal sealed class LocalProgram : IAsyncDisposable
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TemporaryClone _clone;
    private readonly ChildProcess _process;

    private LocalProgram(TemporaryClone clone, Dictionary<string, string> environment)
    {
        _clone = clone;
        _process = ChildProcess.Start(
            new ChildCommand("dotnet", typeof(LocalServers).Assembly.Location, "servers", "test", "--clone", clone.Path)
            {
                Environment = environment,
                OnLine = line =>
                {
                    if (line.StartsWith("Ready", StringComparison.Ordinal))
                        _ready.TrySetResult();
                },
            });
    }

    public int Id => _process.Id;

    public Task<int> Exited => _process.Exited;

    public string Output => _process.LogTail;

    /// <summary>The addresses that the program wrote to servers.env.</summary>
    public string Postgres => Address(LocalServers.PostgresVariable);

    public string RabbitMq => Address(LocalServers.RabbitMqVariable);

    public static async Task<LocalProgram> StartAsync(TemporaryClone clone, string postgres = "", string rabbitMq = "")
    {
        var program = new LocalProgram(clone, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [LocalServers.PostgresVariable] = postgres,
            [LocalServers.RabbitMqVariable] = rabbitMq,
            // Or a killed program leaves the runtime's debugging pipes in /tmp.
            ["DOTNET_EnableDiagnostics"] = "0",
        });
        await Task.WhenAny(program._ready.Task, program.Exited).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(program._ready.Task.IsCompletedSuccessfully, program.Output);
        return program;
    }

    /// <summary>kill -9, of this process alone.</summary>
    public async Task KillAsync()
    {
        Signals.Send(Id, Signal.Kill);
        await Exited;
    }

    public void Terminate() => Signals.Send(Id, Signal.Terminate);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private string Address(string variable) =>
        File.ReadLines(Path.Combine(_clone.Path, ".loadstone", "test", "servers.env"))
            .Single(line => line.Contains(variable, StringComparison.Ordinal)).Split('\'')[1];
}
