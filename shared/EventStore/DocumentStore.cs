using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Loadstone.EventStore;

/// <inheritdoc />
public sealed class DocumentStore : IDocumentStore
{
    private readonly Dictionary<Type, Projection> _inlineByDocument;

    internal DocumentStore(StoreOptions options, ILoggerFactory? loggers = null)
    {
        Options = options;
        Loggers = loggers ?? NullLoggerFactory.Instance;
        DataSource = options.OpenDataSource();
        InlineProjections = options.Projections.Inline;
        _inlineByDocument = InlineProjections.ToDictionary(projection => projection.Document.DocumentType);
        HasConsumers = options.Projections.Async.Count + options.Projections.Subscriptions.Count > 0;
        EventReader = new EventReader(options.Events.Mappings, options.Serializer);
        Storage = new DatabaseSchema(this);
    }

    /// <inheritdoc />
    public DatabaseSchema Storage { get; }

    internal StoreOptions Options { get; }

    internal ILoggerFactory Loggers { get; }

    internal NpgsqlDataSource DataSource { get; }

    internal EventReader EventReader { get; }

    internal IReadOnlyList<Projection> InlineProjections { get; }

    /// <summary>Whether anything waits for appended events. If not, appends need not notify: notifying puts all commits in a row.</summary>
    internal bool HasConsumers { get; }

    /// <summary>A store without dependency injection.</summary>
    public static DocumentStore For(Action<StoreOptions> configure)
    {
        var options = new StoreOptions();
        configure(options);
        return new DocumentStore(options);
    }

    /// <inheritdoc />
    public IDocumentSession LightweightSession() => new DocumentSession(this);

    /// <inheritdoc />
    public IQuerySession QuerySession() => new QuerySession(this);

    /// <inheritdoc />
    public ValueTask<IProjectionDaemon> BuildProjectionDaemonAsync() => ValueTask.FromResult<IProjectionDaemon>(new AsyncDaemon(this));

    /// <inheritdoc />
    public Task WaitForNonStaleProjectionDataAsync(TimeSpan timeout) => new ProgressWatch(this).WaitAsync(timeout);

    /// <inheritdoc />
    public void Dispose()
    {
        if (Options.OwnsDataSource)
            DataSource.Dispose();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Options.OwnsDataSource)
            await DataSource.DisposeAsync();
    }

    internal Projection? InlineProjectionOf(Type documentType) => _inlineByDocument.GetValueOrDefault(documentType);
}
