using System.Text;
using Npgsql;
using RabbitMQ.Client;

namespace Loadstone.Local.Tests;

/// <summary>What a user of the servers does with them.</summary>
internal static class Traffic
{
    private const string Queue = "remembered";
    private static readonly Dictionary<string, object?> Quorum = new(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" };

    public static async Task<object?> QueryAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    public static async Task DeclareAsync(string uri)
    {
        await using var connection = await ConnectAsync(uri);
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, Quorum);
    }

    /// <summary>Returns when the broker has confirmed the message.</summary>
    public static async Task PublishAsync(string uri, string message)
    {
        await using var connection = await ConnectAsync(uri);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.BasicPublishAsync("", Queue, mandatory: true, Encoding.UTF8.GetBytes(message));
    }

    public static async Task<string?> ReceiveAsync(string uri)
    {
        await using var connection = await ConnectAsync(uri);
        await using var channel = await connection.CreateChannelAsync();
        return await channel.BasicGetAsync(Queue, autoAck: true) is { } got ? Encoding.UTF8.GetString(got.Body.Span) : null;
    }

    private static Task<IConnection> ConnectAsync(string uri) =>
        new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync();
}
