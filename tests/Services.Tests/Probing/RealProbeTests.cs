using System.Net;
using Loadstone.Local;
using Loadstone.Plans;
using Loadstone.Worker.Probes;
using Npgsql;
using RabbitMQ.Client;

namespace Loadstone.Services.Tests.Probing;

/// <summary>Each kind of probe against the real server that it is for, and against one that is not as it should be.</summary>
public sealed class RealProbeTests : IAsyncLifetime
{
    private const string Password = "a password of redis";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly StateFolder _folder = StateFolder.Open(StateFolder.FindClone(), "probed");
    private LocalServers _servers = null!;

    public async Task InitializeAsync() => _servers = await TestServers.GetAsync();

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_node_exporter_tells_of_cpu_and_memory_without_being_mapped()
    {
        await using var node = await ProbedServer.StartNodeExporterAsync(_folder, CancellationToken.None);
        await using var probe = Open(new TargetProbe { Url = $"http://127.0.0.1:{node.Port}/metrics" });
        await AskAsync(probe);
        // The kernel counts CPU in steps of 10 ms.
        var answer = await UntilAsync(probe, a => a.Metrics.ContainsKey("cpu_usage"));

        Assert.Null(answer.Missing);
        Assert.InRange(answer.Metrics["cpu_usage"], 0, 100);
        Assert.InRange(answer.Metrics["memory_used_percent"], 1, 100);
        Assert.InRange(answer.Metrics["memory_usage"], 1e7, 1e13);
    }

    [Fact]
    public async Task PostgreSQL_tells_of_its_connections_and_its_cache()
    {
        var address = new NpgsqlConnectionStringBuilder(_servers.PostgresConnectionString);
        await using var probe = Open(PostgresAt(address), address.Password);
        await AskAsync(probe);
        await using var source = NpgsqlDataSource.Create(address.ConnectionString + ";Pooling=false");
        await using var one = await source.OpenConnectionAsync();
        await using var two = await source.OpenConnectionAsync();
        // What a session has read is told when it ends, or a second later.
        var answer = await UntilAsync(probe, a => a.Metrics.ContainsKey("cache_hit_ratio"));

        Assert.InRange(answer.Metrics["database_connections"], 2, 300);
        Assert.InRange(answer.Metrics["cache_hit_ratio"], 0, 100);
        Assert.Equal("database", probe.ConnectionKind);
    }

    [Fact]
    public async Task PostgreSQL_that_lets_nobody_in_says_so_without_the_password()
    {
        var address = new NpgsqlConnectionStringBuilder(_servers.PostgresConnectionString);
        await using var probe = Open(PostgresAt(address), "the wrong one");
        var words = await FailureAsync(probe);

        Assert.Contains("28P01", words, StringComparison.Ordinal);
        Assert.DoesNotContain("the wrong one", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_tells_of_its_memory_its_clients_and_its_hits()
    {
        await using var redis = await ProbedServer.StartRedisAsync(_folder, Password, CancellationToken.None);
        var target = new TargetProbe { Type = ProbeType.Redis, Url = $"redis://localhost:{redis.Port}" };
        await using var probe = Open(target, Password);
        var answer = await AskAsync(probe);

        Assert.InRange(answer.Metrics["redis_memory_usage"], 1e5, 1e9);
        Assert.Equal(1, answer.Metrics["redis_connected_clients"]);
        Assert.DoesNotContain("cache_hit_ratio", answer.Metrics.Keys);
        await SayAsync(redis.Port, $"AUTH \"{Password}\"\r\nSET a 1\r\nGET a\r\nGET a\r\nGET a\r\nGET b\r\nQUIT\r\n");
        Assert.Equal(75, (await AskAsync(probe)).Metrics["cache_hit_ratio"]);

        await using var stranger = Open(target, "the wrong one");
        Assert.Equal("it answered WRONGPASS to AUTH", await FailureAsync(stranger));
        await using var nobody = Open(target);
        Assert.Equal("it answered NOAUTH to INFO", await FailureAsync(nobody));
    }

    [Fact]
    public async Task RabbitMQ_tells_how_many_messages_wait_in_its_queues()
    {
        var uri = new Uri(_servers.RabbitMqUri);
        var (user, password) = (uri.UserInfo.Split(':')[0], uri.UserInfo.Split(':')[1]);
        await using var connection = await new ConnectionFactory { Uri = uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var queues = new List<string>();
        foreach (var waiting in new[] { 2, 1 })
        {
            queues.Add((await channel.QueueDeclareAsync($"waiting {Guid.NewGuid()}", durable: false, exclusive: false, autoDelete: false)).QueueName);
            for (var i = 0; i < waiting; i++)
                await channel.BasicPublishAsync("", queues[^1], body: new byte[] { 1 });
        }

        var target = new TargetProbe { Type = ProbeType.Rabbitmq, Url = $"amqp://127.0.0.1:{uri.Port}/", User = user, Queues = queues };
        await using var probe = Open(target, password);
        Assert.Equal(3, (await AskAsync(probe)).Metrics["queue_length"]);
        await channel.QueuePurgeAsync(queues[0]);
        Assert.Equal(1, (await AskAsync(probe)).Metrics["queue_length"]);

        await using var missing = Open(target with { Queues = ["nobody's"] }, password);
        Assert.Equal("it has no queue nobody's", await FailureAsync(missing));
        await using var stranger = Open(target, "the wrong one");
        Assert.Equal("it does not let the user in", await FailureAsync(stranger));
        foreach (var queue in queues)
            await channel.QueueDeleteAsync(queue);
    }

    [Theory]
    [InlineData(ProbeType.Prometheus, "http")]
    [InlineData(ProbeType.Postgres, "postgres")]
    [InlineData(ProbeType.Redis, "redis")]
    [InlineData(ProbeType.Rabbitmq, "amqp")]
    public async Task Where_nobody_listens_and_where_nobody_may_go_every_probe_says_so(ProbeType type, string scheme)
    {
        var target = new TargetProbe { Type = type, Url = $"{scheme}://127.0.0.1:{Ports.PickFree()}/", Queues = ["q"] };
        await using var dead = Open(target);
        Assert.Equal("Connection refused", await FailureAsync(dead));

        await using var refused = target.Open(null, new TargetPolicy(), Patience);
        Assert.Equal("it leads to 127.0.0.1, an address of this machine itself, which the operator of this platform has not allowed", await FailureAsync(refused));
    }

    [Theory]
    [InlineData(500, "a 1\n", "it answered with 500")]
    [InlineData(302, "", "it answered with 302")]
    [InlineData(200, "<html></html>", "what it answered is no page of metrics")]
    [InlineData(200, "", "what it answered is no page of metrics")]
    public async Task A_page_that_is_none_is_no_page(int status, string body, string words)
    {
        using var page = new MetricsServer(status, body);
        await using var probe = Open(new TargetProbe { Url = page.Url });
        Assert.Equal(words, await FailureAsync(probe));
    }

    [Fact]
    public async Task A_page_without_end_is_refused_and_a_page_is_asked_for_with_the_password()
    {
        using var page = new MetricsServer(200, $"a 1\n{new string('x', 5 * 1024 * 1024)}\n");
        await using var probe = Open(new TargetProbe { Url = page.Url, User = "u" }, "p");
        Assert.Equal("its page is larger than 4 MB", await FailureAsync(probe));
        Assert.Equal("Basic dTpw", page.LastAuthorization);
    }

    private static TargetProbe PostgresAt(NpgsqlConnectionStringBuilder address) =>
        new() { Type = ProbeType.Postgres, Url = $"postgres://localhost:{address.Port}/{address.Database}", User = address.Username };

    private static IProbe Open(TargetProbe target, string? password = null) => target.Open(password, new TargetPolicy { AllowLoopback = true }, Patience);

    private static async Task<ProbeAnswer> AskAsync(IProbe probe)
    {
        using var patience = new CancellationTokenSource(Patience);
        return await probe.AskAsync(patience.Token);
    }

    private static async Task<string> FailureAsync(IProbe probe) => ProbeFailure.InWords(await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(probe)));

    private static async Task<ProbeAnswer> UntilAsync(IProbe probe, Func<ProbeAnswer, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            var answer = await probe.AskAsync(patience.Token);
            if (isSo(answer))
                return answer;
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    private static async Task SayAsync(int port, string commands)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(commands));
        using var answers = new StreamReader(client.GetStream());
        await answers.ReadToEndAsync();
    }
}
