using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Loadstone.EventStore;

/// <summary>Registers a store. The names are Marten's, so that a service need not change when it moves there.</summary>
public static class MartenServices
{
    /// <summary>Registers the store, and sessions per scope.</summary>
    public static MartenConfigurationExpression AddMarten(this IServiceCollection services, Action<StoreOptions> configure) =>
        services.AddMarten(_ =>
        {
            var options = new StoreOptions();
            configure(options);
            return options;
        });

    /// <summary>Registers the store with options that need services, and sessions per scope.</summary>
    public static MartenConfigurationExpression AddMarten(
        this IServiceCollection services, Func<IServiceProvider, StoreOptions> optionSource)
    {
        services.AddSingleton<IDocumentStore>(provider => Build(provider, optionSource(provider)));
        services.AddScoped(provider => provider.GetRequiredService<IDocumentStore>().LightweightSession());
        services.AddScoped(provider => provider.GetRequiredService<IDocumentStore>().QuerySession());
        return new MartenConfigurationExpression(services);
    }

    private static DocumentStore Build(IServiceProvider provider, StoreOptions options)
    {
        foreach (var addition in provider.GetServices<StoreAddition>())
            addition.Apply(provider, options);
        return new DocumentStore(options, provider.GetService<ILoggerFactory>());
    }
}

/// <summary>What else a registered store is to do.</summary>
public sealed class MartenConfigurationExpression
{
    internal MartenConfigurationExpression(IServiceCollection services) => Services = services;

    /// <summary>The services the store was added to.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Sessions track nothing: the only kind there is here.</summary>
    public MartenConfigurationExpression UseLightweightSessions() => this;

    /// <summary>
    /// Makes what is missing in the database when the host starts: in the background, and again until the database is there, so that
    /// a service may come up before it.
    /// </summary>
    public MartenConfigurationExpression ApplyAllDatabaseChangesOnStartup()
    {
        Services.AddHostedService<SchemaAtStart>();
        return this;
    }

    /// <summary>Runs projections and subscriptions in this host.</summary>
    public MartenConfigurationExpression AddAsyncDaemon(DaemonMode mode)
    {
        Services.AddSingleton(new StoreAddition((_, options) => options.Projections.AsyncMode = mode));
        if (mode != DaemonMode.Disabled)
            Services.AddHostedService<DaemonAtStart>();
        return this;
    }

    /// <summary>Adds a subscription that is built by the container: once, or for each page in a scope of its own.</summary>
    public MartenConfigurationExpression AddSubscriptionWithServices<T>(
        ServiceLifetime lifetime, Action<ISubscriptionOptions>? configure = null)
        where T : class, ISubscription
    {
        var isSingleton = lifetime == ServiceLifetime.Singleton;
        Services.Add(new ServiceDescriptor(typeof(T), typeof(T), isSingleton ? lifetime : ServiceLifetime.Scoped));
        Services.AddSingleton(new StoreAddition((provider, options) => options.Projections.Subscribe(
            isSingleton ? provider.GetRequiredService<T>() : new ScopedSubscription<T>(provider), configure)));
        return this;
    }
}

/// <summary>Something that is added to the options when the store is built.</summary>
internal sealed record StoreAddition(Action<IServiceProvider, StoreOptions> Apply);

/// <summary>Makes the tables, as soon as the database answers.</summary>
internal sealed class SchemaAtStart(IDocumentStore store, ILogger<SchemaAtStart> logger) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await TryAsync(stoppingToken))
            await Task.Delay(RetryAfter, stoppingToken);
    }

    private async Task<bool> TryAsync(CancellationToken token)
    {
        try
        {
            await store.Storage.ApplyAsync(token);
            return true;
        }
        catch (NpgsqlException failure)
        {
            logger.LogWarning("The database cannot be prepared yet: {Reason}", failure.Message);
            return false;
        }
    }
}

internal sealed class DaemonAtStart(IDocumentStore store) : IHostedService
{
    private IProjectionDaemon? _daemon;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _daemon = await store.BuildProjectionDaemonAsync();
        await _daemon.StartAllAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        _daemon?.StopAllAsync().WaitAsync(cancellationToken) ?? Task.CompletedTask;
}
