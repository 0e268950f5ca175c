namespace Loadstone.Local.Chaos;

/// <summary>Everything that can be struck: the servers that are ours, every service, and one of two workers.</summary>
internal sealed class Victims(StateFolder folder, LocalServers servers, Platform platform)
{
    public const string Worker = "worker";
    private const string RabbitMqName = "rabbitmq";
    private const string PostgresName = "postgres";

    /// <summary>The names of all.</summary>
    public static readonly IReadOnlyList<string> All = [RabbitMqName, PostgresName, "configuration", "scheduler", Worker, "ingestion", "alerting", "analysis", "gateway"];

    /// <summary>The names of those that may be struck here: servers that the environment named are somebody else's.</summary>
    public IReadOnlyList<string> Names =>
        [.. All.Where(name => (name != RabbitMqName || servers.RabbitMqProcess is not null) && (name != PostgresName || servers.PostgresProcess is not null))];

    /// <summary>Strikes one, and has it back when this returns.</summary>
    public async Task StrikeAsync(Blow blow, CancellationToken cancellation)
    {
        var process = ProcessOf(blow.Victim);
        process.SignalAll(blow.Kind == BlowKind.Kill ? Signal.Kill : Signal.Stop);
        await Task.Delay(TimeSpan.FromSeconds(blow.AwaySeconds), cancellation);
        if (blow.Kind == BlowKind.Freeze)
        {
            process.SignalAll(Signal.Continue);
            return;
        }

        await process.KillAsync();
        await StartAgainAsync(blow.Victim, cancellation);
    }

    /// <summary>Whatever is not there and should be.</summary>
    public IReadOnlyList<string> Dead() => [.. Names.Where(name => ProcessOf(name).Exited.IsCompleted)];

    /// <summary>Starts again what died by itself, so that the next round begins whole.</summary>
    public async Task MendAsync(CancellationToken cancellation)
    {
        foreach (var name in Dead())
            await StartAgainAsync(name, cancellation);
    }

    private ChildProcess ProcessOf(string name) => name switch
    {
        RabbitMqName => servers.RabbitMqProcess!,
        PostgresName => servers.PostgresProcess!,
        _ => platform.Process(name),
    };

    private Task StartAgainAsync(string name, CancellationToken cancellation) => name switch
    {
        RabbitMqName => servers.StartRabbitMqAgainAsync(folder, cancellation),
        PostgresName => servers.StartPostgresAgainAsync(folder, cancellation),
        _ => platform.RestartAsync(name, cancellation),
    };
}
