using Loadstone.ServiceHost;

namespace Loadstone.Resources;

/// <summary>The read models of services that keep events: what is made of the streams, and copies of what other services have in theirs.</summary>
public static class StreamReadModels
{
    private const int AtOnce = 100;

    /// <summary>The present states of the streams of one kind.</summary>
    /// <typeparam name="T">What a state is.</typeparam>
    /// <param name="store">The service's store.</param>
    /// <param name="schema">Its schema.</param>
    public static ReadModel Snapshots<T>(this IDocumentStore store, string schema) => ReadModel.Of(DerivedTable.Snapshots(TableOf<T>(schema)), async cancellation =>
    {
        using var daemon = await store.BuildProjectionDaemonAsync();
        await daemon.RebuildProjectionAsync<T>(cancellation);
    });

    /// <summary>Documents that are copies of what another service keeps.</summary>
    /// <typeparam name="T">What a copy is.</typeparam>
    /// <param name="store">The service's store.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="idOf">The copy's id.</param>
    /// <param name="all">Asks for all of them.</param>
    public static ReadModel Copies<T>(this IDocumentStore store, string schema, Func<T, Guid> idOf, Func<CancellationToken, IAsyncEnumerable<T>> all)
        where T : notnull => ReadModel.Of(DerivedTable.Documents(TableOf<T>(schema)), async cancellation =>
    {
        var known = new HashSet<Guid>();
        await foreach (var some in all(cancellation).Chunk(AtOnce).WithCancellation(cancellation))
        {
            await using var session = store.LightweightSession();
            session.Store(some);
            await session.SaveChangesAsync(cancellation);
            known.UnionWith(some.Select(idOf));
        }

        await store.DeleteAsync<T>(idOf, copy => !known.Contains(idOf(copy)), cancellation);
    });

    /// <summary>Which resource has which name.</summary>
    /// <param name="store">The service's store.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="kinds">The names of each kind.</param>
    public static ReadModel Names(
        this IDocumentStore store, string schema, params Func<IQuerySession, CancellationToken, Task<IReadOnlyList<TakenName>>>[] kinds) =>
        ReadModel.Of(DerivedTable.Documents(TableOf<TakenName>(schema)), async cancellation =>
        {
            await using var session = store.LightweightSession();
            var taken = new Dictionary<string, TakenName>();
            foreach (var kind in kinds)
            {
                foreach (var name in await kind(session, cancellation))
                    taken[name.Id] = name;
            }

            foreach (var name in (await session.QueryAsync<TakenName>("where true", cancellation)).Where(n => !taken.ContainsKey(n.Id)))
                session.Delete<TakenName>(name.Id);
            session.Store([.. taken.Values]);
            await session.SaveChangesAsync(cancellation);
        });

    /// <summary>All documents of a type, some at a time.</summary>
    /// <typeparam name="T">What a document is.</typeparam>
    /// <param name="session">Where they are.</param>
    /// <param name="idOf">A document's id.</param>
    /// <param name="cancellation">Ends it.</param>
    public static IAsyncEnumerable<T> AllAsync<T>(this IQuerySession session, Func<T, Guid> idOf, CancellationToken cancellation)
        where T : notnull =>
        AllAsync(last => session.QueryAsync<T>($"where d.id > ? order by d.id limit {AtOnce}", cancellation, last), idOf);

    /// <summary>All there is, asked for page by page, each after the last id of the one before.</summary>
    /// <typeparam name="T">What there is.</typeparam>
    /// <param name="ask">Asks for a page, ordered by id; an empty one is the end.</param>
    /// <param name="idOf">The id of one.</param>
    public static async IAsyncEnumerable<T> AllAsync<T>(Func<Guid, Task<IReadOnlyList<T>>> ask, Func<T, Guid> idOf)
    {
        var last = Guid.Empty;
        while (await ask(last) is { Count: > 0 } page)
        {
            foreach (var one in page)
                yield return one;
            last = idOf(page[^1]);
        }
    }

    /// <summary>Deletes the documents of which something is true.</summary>
    /// <typeparam name="T">What a document is.</typeparam>
    /// <param name="store">The service's store.</param>
    /// <param name="idOf">A document's id.</param>
    /// <param name="isTrue">What is true of those to be deleted.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task DeleteAsync<T>(this IDocumentStore store, Func<T, Guid> idOf, Predicate<T> isTrue, CancellationToken cancellation)
        where T : notnull
    {
        await using var session = store.LightweightSession();
        await foreach (var document in session.AllAsync(idOf, cancellation))
        {
            if (isTrue(document))
                session.Delete<T>(idOf(document));
        }

        await session.SaveChangesAsync(cancellation);
    }

    private static string TableOf<T>(string schema) => $"{schema}.mt_doc_{typeof(T).Name.ToLowerInvariant()}";
}
