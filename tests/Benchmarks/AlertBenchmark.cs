using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Loadstone.Benchmarks;

/// <summary>
/// From the close of the second that shows a breach to its alert at a subscriber with nothing but an AMQP client, by the one clock of this
/// machine. Ten rules break after one to ten seconds in each of a few runs at once; runs follow one another.
/// </summary>
internal static class AlertBenchmark
{
    private const int Rules = 10;
    private const int AtOnce = 3;

    public static async Task<int> RunAsync(int rounds, string? json, CancellationToken cancellation)
    {
        await using var platform = await BenchPlatform.StartAsync(cancellation);
        await using var target = await TargetAsync();
        var environment = await platform.RegisterAsync(new Uri(target.Urls.Single()), cancellation);
        var configuration = await platform.KeepAsync(environment, Rules + 3, 5, """{ "type": "constant" }""", cancellation, think: "0.05");
        for (var seconds = 1; seconds <= Rules; seconds++)
            await platform.Api.CreateAlertRuleAsync(Rule(configuration, seconds), cancellation);
        var heard = new ConcurrentDictionary<(Guid Run, int Second, string Rule), DateTimeOffset>();
        await using var connection = await new ConnectionFactory { Uri = new Uri(platform.Servers.RabbitMqUri) }.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await ListenAsync(channel, heard, cancellation);
        var delays = new List<double>();
        for (var round = -1; round < rounds; round++)
        {
            var runs = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => platform.ExecuteAsync(configuration, cancellation)));
            foreach (var run in runs)
                await platform.EndOfAsync(run, cancellation);
            if (round >= 0)
                delays.AddRange(await DelaysAsync(platform, heard, runs, cancellation));
        }

        delays.Sort();
        return await Figures.WriteAsync(json, "alert", new Dictionary<string, double>
        {
            ["close_to_subscriber_p50_ms"] = Figures.Median(delays),
            ["close_to_subscriber_p99_ms (limit 250)"] = delays[(int)Math.Ceiling(0.99 * delays.Count) - 1],
            ["close_to_subscriber_max_ms"] = delays[^1],
            ["alerts"] = delays.Count,
            ["alerts_missing"] = (rounds * AtOnce * Rules) - delays.Count,
        }, cancellation);
    }

    private static JsonObject Rule(Guid configuration, int seconds) => new()
    {
        ["name"] = $"bench {Guid.NewGuid()}",
        ["metric_name"] = "virtual_users",
        ["threshold_value"] = 1,
        ["for_duration"] = $"{seconds}s",
        ["configuration_id"] = configuration,
    };

    // As deploy/alerts.md says.
    private static async Task ListenAsync(IChannel channel, ConcurrentDictionary<(Guid, int, string), DateTimeOffset> heard, CancellationToken cancellation)
    {
        await channel.ExchangeDeclareAsync("loadstone.alerts", ExchangeType.Topic, durable: true, cancellationToken: cancellation);
        var queue = (await channel.QueueDeclareAsync(cancellationToken: cancellation)).QueueName;
        await channel.QueueBindAsync(queue, "loadstone.alerts", "alert.raised.*", cancellationToken: cancellation);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, m) =>
        {
            var now = DateTimeOffset.UtcNow;
            var alert = JsonNode.Parse(m.Body.Span)!;
            if (alert["rule_id"] is { } rule)
                heard.TryAdd((alert["execution_id"]!.GetValue<Guid>(), alert["second"]!.GetValue<int>(), rule.ToString()), now);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, cancellation);
    }

    private static async Task<IEnumerable<double>> DelaysAsync(
        BenchPlatform platform, ConcurrentDictionary<(Guid Run, int Second, string Rule), DateTimeOffset> heard, Guid[] runs, CancellationToken cancellation)
    {
        await using var database = NpgsqlDataSource.Create(platform.Postgres);
        await using var command = database.CreateCommand("select execution_id, second, closed_at from ingestion.closed_seconds where execution_id = any($1) and revision = 0");
        command.Parameters.Add(new NpgsqlParameter { Value = runs });
        var closed = new Dictionary<(Guid, int), DateTimeOffset>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            closed[(reader.GetGuid(0), reader.GetInt32(1))] = reader.GetFieldValue<DateTimeOffset>(2);
        return heard.Where(h => closed.ContainsKey((h.Key.Run, h.Key.Second))).Select(h => (h.Value - closed[(h.Key.Run, h.Key.Second)]).TotalMilliseconds).ToList();
    }

    private static async Task<WebApplication> TargetAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync("here"));
        await app.StartAsync();
        return app;
    }
}
