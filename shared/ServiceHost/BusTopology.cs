using System.Net.Sockets;
using Loadstone.Plans;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Loadstone.ServiceHost;

/// <summary>Thrown by a consumer that has a message before the one it builds on: the message is tried again a little later.</summary>
/// <param name="what">What is missing.</param>
public sealed class TooEarlyException(string what) : Exception($"{what} is not known here yet");

/// <summary>
/// RabbitMQ by MassTransit: a durable quorum queue for what must not be lost, a temporary one for what only matters now,
/// publisher confirms, and retries. Faults that pass by themselves are retried for as long as they last, with pauses up to
/// 10 s; all others put the message, with its reason, into the queue's error queue.
/// </summary>
public sealed class BusTopology
{
    private const int AtOnce = 16;
    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(10);

    private readonly List<Type> _consumers = [];
    private readonly List<Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>> _endpoints = [];
    private readonly List<Action<IRabbitMqBusFactoryConfigurator>> _topology = [];

    /// <summary>A durable quorum queue that all instances of the service share: each message is for one of them.</summary>
    public BusTopology Shared(string queue, params Type[] consumers) => Endpoint(queue, consumers, endpoint => endpoint.SetQuorumQueue());

    /// <summary>
    /// A durable quorum queue of which one instance at a time takes all messages; when that one goes, the broker lets the next go on with
    /// whatever was not answered. For what is known from the messages before. They come in their order, several at once: who needs one
    /// after the other waits for it.
    /// </summary>
    public BusTopology OneAtATime(string queue, params Type[] consumers) => Endpoint(queue, consumers, endpoint =>
    {
        endpoint.SetQuorumQueue();
        endpoint.SingleActiveConsumer = true;
    });

    /// <summary>A queue of this instance alone, which goes when it goes: each message is for every instance.</summary>
    /// <param name="queue">The queue's name; the instance's own number is added.</param>
    /// <param name="consumers">Who answers.</param>
    /// <param name="more">Further settings, such as bindings by key.</param>
    public BusTopology Own(string queue, Type[] consumers, Action<IRabbitMqReceiveEndpointConfigurator>? more = null) =>
        Endpoint($"{queue}-{Guid.NewGuid():N}", consumers, endpoint =>
        {
            (endpoint.Durable, endpoint.AutoDelete) = (false, true);
            more?.Invoke(endpoint);
        });

    /// <summary>Messages of a type go only to the queues that are bound with their key (see <see cref="BindByKey"/>).</summary>
    public BusTopology RouteByKey<T>(Func<T, string> key)
        where T : class
    {
        _topology.Add(rabbit =>
        {
            rabbit.Publish<T>(publish => publish.ExchangeType = "direct");
            rabbit.Send<T>(send => send.UseRoutingKeyFormatter(context => key(context.Message)));
        });
        return this;
    }

    /// <summary>Binds a queue to the messages of one key.</summary>
    public static void BindByKey<T>(IRabbitMqReceiveEndpointConfigurator endpoint, string key)
        where T : class
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.Bind<T>(binding => (binding.ExchangeType, binding.RoutingKey) = ("direct", key));
    }

    /// <summary>True for faults of the network and the database that are worth another try.</summary>
    public static bool IsPassing(Exception fault) => fault switch
    {
        Npgsql.NpgsqlException database => database.IsTransient,
        SocketException or TimeoutException or HttpRequestException or IOException or TooEarlyException or OperationCanceledException => true,
        RestEase.ApiException { StatusCode: >= System.Net.HttpStatusCode.InternalServerError } => true,
        _ => fault.InnerException is { } inner && IsPassing(inner),
    };

    internal void Connect(WebApplicationBuilder builder)
    {
        var broker = new Uri(builder.Required("LOADSTONE_RABBITMQ"));
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddConsumers([.. _consumers]);
            bus.DisableUsageTelemetry();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(broker, host => host.RequestedConnectionTimeout(BrokerPatience));
                rabbit.ConfigureJsonSerializerOptions(WireJson.ConfigureTransport);
                foreach (var topology in _topology)
                    topology(rabbit);
                foreach (var endpoint in _endpoints)
                    endpoint(context, rabbit);
            });
        });
        builder.Services.Configure<MassTransitHostOptions>(host => host.StopTimeout = BrokerPatience);
    }

    private BusTopology Endpoint(string queue, Type[] consumers, Action<IRabbitMqReceiveEndpointConfigurator> configure)
    {
        _consumers.AddRange(consumers);
        _endpoints.Add((context, rabbit) => rabbit.ReceiveEndpoint(queue, endpoint =>
        {
            configure(endpoint);
            endpoint.PrefetchCount = AtOnce * 2;
            endpoint.ConcurrentMessageLimit = AtOnce;
            endpoint.UseMessageRetry(RetryWhatPasses);
            foreach (var consumer in consumers)
                endpoint.ConfigureConsumer(context, consumer);
        }));
        return this;
    }

    private static void RetryWhatPasses(IRetryConfigurator retry)
    {
        retry.Exponential(int.MaxValue, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(100));
        retry.Handle<Exception>(IsPassing);
    }
}

/// <summary>Adds the bus to a service.</summary>
public static class BusBuilder
{
    /// <summary>Connects the service to the broker named by <c>LOADSTONE_RABBITMQ</c>. It comes up whether or not the broker is there.</summary>
    public static void AddBus(this WebApplicationBuilder builder, Action<BusTopology> configure)
    {
        var bus = new BusTopology();
        configure(bus);
        bus.Connect(builder);
    }
}
