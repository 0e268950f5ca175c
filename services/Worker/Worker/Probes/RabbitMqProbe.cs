using System.Net.Security;
using Loadstone.Plans;
using Loadstone.ServiceHost;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Loadstone.Worker.Probes;

/// <summary>Asks RabbitMQ how many messages wait in some queues, by declaring them passively, which changes nothing.</summary>
internal sealed class RabbitMqProbe(TargetProbe target, string? password, JudgedHost host, TimeSpan patience) : IProbe
{
    private const string UsualUser = "guest";

    private IConnection? _connection;

    public string? ConnectionKind => _connection is null ? null : "broker";

    public async Task<ProbeAnswer> AskAsync(CancellationToken cancellation)
    {
        if (_connection is not { IsOpen: true })
        {
            await DisposeAsync();
            _connection = await OpenAsync(cancellation);
        }

        // A queue that is not there costs the channel, and no more.
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancellation);
        var waiting = 0L;
        foreach (var queue in target.Queues ?? [])
            waiting += await WaitingInAsync(channel, queue, cancellation);
        return new ProbeAnswer(new Dictionary<string, double> { ["queue_length"] = waiting });
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _connection = null;
    }

    private static async Task<long> WaitingInAsync(IChannel channel, string queue, CancellationToken cancellation)
    {
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, cancellation)).MessageCount;
        }
        catch (OperationInterruptedException e)
        {
            throw new ProbeFailedException(e.ShutdownReason?.ReplyCode == 404 ? $"it has no queue {queue}" : $"it tells nothing of the queue {queue} ({e.ShutdownReason?.ReplyCode})");
        }
    }

    private async Task<IConnection> OpenAsync(CancellationToken cancellation)
    {
        var url = new Uri(target.Url);
        var factory = new ConnectionFactory
        {
            VirtualHost = url.AbsolutePath is "/" or "" ? "/" : Uri.UnescapeDataString(url.AbsolutePath[1..]),
            UserName = target.User ?? UsualUser,
            Password = password ?? UsualUser,
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = patience,
            HandshakeContinuationTimeout = patience,
            ContinuationTimeout = patience,
            ClientProvidedName = "loadstone probe",
        };
        var ends = (await host.ResolveAsync(cancellation)).Select(end => new AmqpTcpEndpoint(end.Address.ToString(), end.Port, TlsOf(url)));
        return await factory.CreateConnectionAsync([.. ends], cancellation);
    }

    private static SslOption TlsOf(Uri url) => new(url.IdnHost, enabled: url.Scheme == "amqps") { AcceptablePolicyErrors = SslPolicyErrors.None };
}
