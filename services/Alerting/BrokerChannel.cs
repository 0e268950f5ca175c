using RabbitMQ.Client;

namespace Loadstone.Alerting;

/// <summary>A channel to the broker itself, past the bus, that is opened again when it broke; and the exchange that subscribers hear alerts from.</summary>
/// <remarks>For one user at a time.</remarks>
public sealed class BrokerChannel(IConfiguration settings) : IAsyncDisposable
{
    public const string AlertsExchange = "loadstone.alerts";

    private IConnection? _connection;
    private IChannel? _channel;

    public async Task<IChannel> OpenAsync(CancellationToken cancellation)
    {
        if (_channel is { IsOpen: true })
            return _channel;
        await DisposeAsync();
        var factory = new ConnectionFactory { Uri = new Uri(settings["LOADSTONE_RABBITMQ"]!), ClientProvidedName = "alerting", AutomaticRecoveryEnabled = false };
        _connection = await factory.CreateConnectionAsync(cancellation);
        _channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
        await _channel.ExchangeDeclareAsync(AlertsExchange, ExchangeType.Topic, durable: true, cancellationToken: cancellation);
        return _channel;
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is not null)
            await _channel.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
    }
}
