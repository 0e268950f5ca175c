using System.Diagnostics;
using Loadstone.Local;
using Npgsql;
using RabbitMQ.Client;

namespace Loadstone.Benchmarks;

/// <summary>What a platform holds while no run goes on, each figure under its name: memory in MB, all else counted.</summary>
internal sealed class Leftovers : IAsyncDisposable
{
    public const string Memory = "MB of ";

    private static readonly TimeSpan QuietWithin = TimeSpan.FromSeconds(10);

    private static readonly string[] Queues = ["scheduler", "ingestion", "alerting-watch", "analysis"];

    private readonly HttpClient _http = new();
    private readonly BenchPlatform _platform;
    private readonly NpgsqlDataSource _database;
    private readonly IConnection _broker;
    private readonly IChannel _channel;

    private Leftovers(BenchPlatform platform, IConnection broker, IChannel channel) =>
        (_platform, _database, _broker, _channel) = (platform, NpgsqlDataSource.Create(platform.Servers.PostgresConnectionString), broker, channel);

    public static async Task<Leftovers> OfAsync(BenchPlatform platform, CancellationToken cancellation)
    {
        var broker = await new ConnectionFactory { Uri = new Uri(platform.Servers.RabbitMqUri) }.CreateConnectionAsync(cancellation);
        return new Leftovers(platform, broker, await broker.CreateChannelAsync(cancellationToken: cancellation));
    }

    /// <summary>Waits until nothing is on its way any more, as far as that comes, and looks.</summary>
    public async Task<Dictionary<string, double>> TakeAsync(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var messages = await MessagesAsync(cancellation);
        for (; messages > 0 && watch.Elapsed < QuietWithin; messages = await MessagesAsync(cancellation))
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
        var figures = new Dictionary<string, double> { ["messages in queues"] = messages, ["lines on the metrics pages"] = await MetricLinesAsync(cancellation) };
        AddProcesses(figures);
        figures["connections to PostgreSQL by its own count"] = await SessionsAsync(cancellation);
        figures["files in the spool"] = CountFiles("data/spool");
        figures["files in the data folder"] = CountFiles("data");
        figures["temporary files"] = CountFiles("tmp");
        if (_platform.Servers.RabbitMqProcess is not null)
            figures["durable queues"] = CountDurableQueues();
        return figures;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _database.DisposeAsync();
        await _channel.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private void AddProcesses(Dictionary<string, double> figures)
    {
        var processes = _platform.Platform.Instances.Order(StringComparer.Ordinal).Select(name => (Name: name, Process: _platform.Platform.Process(name))).ToList();
        var open = processes.ToDictionary(p => p.Name, p => OpenFiles.Of(p.Process.Id));
        figures["connections to PostgreSQL"] = open.Values.Sum(o => o.ConnectionsTo(new NpgsqlConnectionStringBuilder(_platform.Servers.PostgresConnectionString).Port));
        figures["connections to RabbitMQ"] = open.Values.Sum(o => o.ConnectionsTo(new Uri(_platform.Servers.RabbitMqUri).Port));
        figures["connections of all services"] = open.Values.Sum(o => o.RemotePorts.Count);
        foreach (var (name, files) in open)
            figures[$"open files of {name}"] = files.Files;
        foreach (var (name, process) in processes.Append(("rabbitmq", _platform.Servers.RabbitMqProcess!)).Where(p => p.Item2 is not null))
            figures[Memory + name] = MegabytesOf(process);
    }

    private static double MegabytesOf(ChildProcess process)
    {
        var memory = new ProcessMemory { Process = process.Id };
        memory.Look();
        return memory.Bytes / 1e6;
    }

    private async Task<double> MessagesAsync(CancellationToken cancellation)
    {
        var waiting = 0.0;
        foreach (var queue in Queues.SelectMany(queue => new[] { queue, $"{queue}_error", $"{queue}_skipped" }))
            waiting += (await _channel.QueueDeclarePassiveAsync(queue, cancellation)).MessageCount;
        return waiting;
    }

    private async Task<double> SessionsAsync(CancellationToken cancellation)
    {
        await using var command = _database.CreateCommand("select count(*) from pg_stat_activity where backend_type = 'client backend' and datname = current_database() and pid <> pg_backend_pid()");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<double> MetricLinesAsync(CancellationToken cancellation)
    {
        var lines = 0;
        foreach (var service in _platform.Platform.Instances.Where(name => name != "gateway"))
            lines += (await _http.GetStringAsync(new Uri(_platform.Platform.UrlOf(service), "/metrics"), cancellation)).Count(c => c == '\n');
        return lines;
    }

    private int CountFiles(string folder) => Directory.Exists(Path.Combine(_platform.Folder, folder))
        ? Directory.GetFiles(Path.Combine(_platform.Folder, folder), "*", SearchOption.AllDirectories).Length
        : 0;

    // The broker keeps a folder for each: there is nobody else to ask, for our node has no door but that for messages.
    private int CountDurableQueues() => Directory
        .GetDirectories(Path.Combine(_platform.Folder, "rabbitmq", "var"), "*", SearchOption.AllDirectories)
        .Count(folder => Path.GetFileName(Path.GetDirectoryName(folder)) == "queues" || Directory.Exists(Path.Combine(folder, "snapshots")));
}
