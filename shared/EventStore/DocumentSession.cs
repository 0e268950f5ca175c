namespace Loadstone.EventStore;

internal sealed class DocumentSession : QuerySession, IDocumentSession
{
    private readonly DocumentStore _store;
    private readonly EventOperations _events;

    public DocumentSession(DocumentStore store)
        : base(store)
    {
        _store = store;
        Work = new UnitOfWork(store, this);
        _events = new EventOperations(store, Work);
    }

    public new IEventStoreOperations Events => _events;

    public string? LastModifiedBy { get; set; }

    internal Dictionary<string, object> Headers { get; } = new(StringComparer.Ordinal);

    internal UnitOfWork Work { get; }

    public void SetHeader(string key, object value) => Headers[key] = value;

    public object? GetHeader(string key) => Headers.GetValueOrDefault(key);

    public void Store<T>(params T[] entities)
        where T : notnull =>
        Queue(entities, mustBeNew: false);

    public void Store<T>(IEnumerable<T> entities)
        where T : notnull =>
        Queue(entities, mustBeNew: false);

    public void Insert<T>(params T[] entities)
        where T : notnull =>
        Queue(entities, mustBeNew: true);

    public void Insert<T>(IEnumerable<T> entities)
        where T : notnull =>
        Queue(entities, mustBeNew: true);

    public void Delete<T>(T entity)
        where T : notnull =>
        Delete(typeof(T), _store.Options.Document(typeof(T)).IdOf(entity));

    public void Delete<T>(Guid id)
        where T : notnull =>
        Delete(typeof(T), id);

    public void Delete<T>(string id)
        where T : notnull =>
        Delete(typeof(T), id);

    public async Task SaveChangesAsync(CancellationToken token = default)
    {
        if (Work.IsEmpty)
            return;
        var prepared = await Work.PrepareAsync(token);
        await using var connection = await _store.DataSource.OpenConnectionAsync(token);
        await prepared.WriteAsync(connection, token);
        Work.Clear();
    }

    private void Queue<T>(IEnumerable<T> entities, bool mustBeNew)
        where T : notnull
    {
        var mapping = _store.Options.Document(typeof(T));
        if (mapping.IsSnapshot)
            throw new InvalidOperationException($"{typeof(T)} is written by a projection alone");
        foreach (var entity in entities)
        {
            mapping.AssignId(entity);
            Work.Add(new StoreDocument(mapping, entity, mustBeNew, _store.Options));
        }
    }

    private void Delete(Type type, object id) => Work.Add(new DeleteDocument(_store.Options.Document(type), id));
}
