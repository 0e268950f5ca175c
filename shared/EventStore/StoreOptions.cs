using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;

namespace Loadstone.EventStore;

/// <summary>All that a store must be told before it is built. Not to be changed afterwards.</summary>
public sealed partial class StoreOptions
{
    private readonly ConcurrentDictionary<Type, DocumentMapping> _documents = new();
    private readonly ConcurrentDictionary<string, Type> _aggregateTypes = new(StringComparer.Ordinal);
    private readonly Lazy<SqlScripts> _scripts;
    private Func<NpgsqlDataSource>? _dataSource;
    private volatile int _documentCount;

    /// <summary>The defaults: schema <c>public</c>, System.Text.Json with members as written and enums as numbers.</summary>
    public StoreOptions()
    {
        _scripts = new Lazy<SqlScripts>(() => new SqlScripts(DatabaseSchemaName));
        Projections = new ProjectionOptions(this);
        Schema = new DocumentSchema(this);
    }

    /// <summary>Schema of all tables: lower-case letters, digits and underscores, at most 40.</summary>
    /// <exception cref="ArgumentException">Any other name.</exception>
    public string DatabaseSchemaName
    {
        get;
        set => field = SchemaName().IsMatch(value)
            ? value
            : throw new ArgumentException($"'{value}' cannot be the name of a schema here", nameof(value));
    } = "public";

    /// <summary>Events: names, clock, metadata.</summary>
    public EventStoreOptions Events { get; } = new();

    /// <summary>Documents and their indexes.</summary>
    public DocumentSchema Schema { get; }

    /// <summary>Snapshots, projections and subscriptions.</summary>
    public ProjectionOptions Projections { get; }

    internal Serializer Serializer { get; private set; } = new(EnumStorage.AsInteger, Casing.Default, configure: null);

    internal SqlScripts Scripts => _scripts.Value;

    internal ICollection<DocumentMapping> Documents => _documents.Values;

    /// <summary>The number of documents known, without a lock.</summary>
    internal int DocumentCount => _documentCount;

    /// <summary>Connects with a connection string. The store adds what it relies on: prepared statements, no reset of pooled
    /// connections, and <c>idle_in_transaction_session_timeout</c> of 5 s unless the string's Options name another.</summary>
    public void Connection(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            NoResetOnClose = true,
            IncludeFailedBatchedCommand = true,
        };
        if (settings.MaxAutoPrepare == 0)
            (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages) = (100, 2);
        if (settings.Options?.Contains("idle_in_transaction_session_timeout", StringComparison.Ordinal) != true)
            settings.Options = $"{settings.Options} -c idle_in_transaction_session_timeout=5s".TrimStart();
        _dataSource = () => NpgsqlDataSource.Create(settings);
    }

    /// <summary>Connects through the caller's data source, which the store neither changes nor disposes. It ought to set
    /// <c>idle_in_transaction_session_timeout</c>: an abandoned write transaction holds back all projections and subscriptions.</summary>
    public void Connection(NpgsqlDataSource dataSource)
    {
        _dataSource = () => dataSource;
        OwnsDataSource = false;
    }

    /// <summary>How documents and events are written as JSON.</summary>
    public void UseSystemTextJsonForSerialization(
        EnumStorage enumStorage = EnumStorage.AsInteger,
        Casing casing = Casing.Default,
        Action<JsonSerializerOptions>? configure = null) =>
        Serializer = new Serializer(enumStorage, casing, configure);

    internal bool OwnsDataSource { get; private set; } = true;

    internal NpgsqlDataSource OpenDataSource() => _dataSource?.Invoke()
        ?? throw new InvalidOperationException("The store has no database: call StoreOptions.Connection");

    internal DocumentMapping Document(Type type)
    {
        if (_documents.TryGetValue(type, out var known))
            return known;
        lock (_scripts)
        {
            var added = _documents.GetOrAdd(type, static (key, options) => new DocumentMapping(key, options), this);
            _documentCount = _documents.Count;
            return added;
        }
    }

    /// <summary>The name a stream's type is stored under; known from then on.</summary>
    internal string AggregateAlias(Type type)
    {
        var alias = Aliases.ForEvent(type);
        _aggregateTypes.TryAdd(alias, type);
        return alias;
    }

    internal Type? AggregateTypeOf(string alias) => _aggregateTypes.GetValueOrDefault(alias);

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,39}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SchemaName();
}
