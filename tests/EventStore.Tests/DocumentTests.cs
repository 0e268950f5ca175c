namespace Loadstone.EventStore.Tests;

public sealed class DocumentTests : StoreTest
{
    public enum Level
    {
        Low = 1,
        High = 2,
    }

    [Fact]
    public async Task A_stored_document_is_loaded_by_its_id()
    {
        var store = Open();
        await using var session = store.LightweightSession();
        session.Store(new Note { Id = "a", Text = "Größe <&> 測" });
        await session.SaveChangesAsync();

        Assert.Equal("Größe <&> 測", (await store.QuerySession().LoadAsync<Note>("a"))!.Text);
        Assert.Null(await store.QuerySession().LoadAsync<Note>("b"));
    }

    [Fact]
    public async Task An_empty_Guid_is_assigned_when_the_document_is_stored()
    {
        var store = Open();
        await using var session = store.LightweightSession();
        var plan = new Plan();
        session.Store(plan);
        Assert.NotEqual(Guid.Empty, plan.Id);
        await session.SaveChangesAsync();

        Assert.NotNull(await session.LoadAsync<Plan>(plan.Id));
    }

    [Fact]
    public async Task Storing_again_overwrites_under_a_new_version()
    {
        var store = Open();
        await SaveAsync(store, new Note { Id = "a", Text = "1" });
        var first = await TestDatabase.ScalarAsync<Guid>($"select mt_version from {Schema}.mt_doc_note");
        await SaveAsync(store, new Note { Id = "a", Text = "2" });

        Assert.Equal("2", (await store.QuerySession().LoadAsync<Note>("a"))!.Text);
        Assert.NotEqual(first, await TestDatabase.ScalarAsync<Guid>($"select mt_version from {Schema}.mt_doc_note"));
    }

    [Fact]
    public async Task An_insert_over_a_document_is_refused()
    {
        var store = Open();
        await SaveAsync(store, new Note { Id = "a", Text = "1" });
        await using var session = store.LightweightSession();
        session.Insert(new Note { Id = "a", Text = "2" });

        var refusal = await Assert.ThrowsAsync<DocumentAlreadyExistsException>(() => session.SaveChangesAsync());

        Assert.Equal((typeof(Note), "a"), (refusal.DocumentType, refusal.Id));
        Assert.Equal("1", (await session.LoadAsync<Note>("a"))!.Text);
    }

    [Fact]
    public async Task A_deleted_document_is_gone()
    {
        var store = Open();
        var note = new Note { Id = "a" };
        await SaveAsync(store, note, new Note { Id = "b" }, new Note { Id = "c" });
        await using var session = store.LightweightSession();
        session.Delete(note);
        session.Delete<Note>("b");
        session.Delete<Note>("never there");
        await session.SaveChangesAsync();

        Assert.Equal("c", Assert.Single(await session.LoadManyAsync<Note>("a", "b", "c")).Id);
    }

    [Fact]
    public async Task Several_documents_are_loaded_at_once()
    {
        var store = Open();
        var plans = new[] { new Plan(), new Plan(), new Plan() };
        await SaveAsync(store, plans);

        var loaded = await store.QuerySession().LoadManyAsync<Plan>(plans[0].Id, plans[2].Id, Guid.NewGuid());

        Assert.Equal(new[] { plans[0].Id, plans[2].Id }.Order(), loaded.Select(plan => plan.Id).Order());
    }

    [Fact]
    public async Task Documents_are_found_by_conditions_on_their_JSON()
    {
        var store = await OpenWithPlansAsync();
        var session = store.QuerySession();

        var byText = await session.QueryAsync<Plan>("where data ->> 'Name' = ?", "b");
        var byNumber = await session.QueryAsync<Plan>("cast(data ->> 'Users' as integer) >= ? order by data ->> 'Name' desc", 2);
        var byName = await session.QueryAsync<Plan>("where data ->> 'Name' = :name and (data ->> 'Level')::int = :level", new { name = "c", level = Level.High });
        var all = await session.QueryAsync<Plan>("order by data ->> 'Name' limit 2");

        Assert.Equal("b|c,b|c|a,b", string.Join('|', new[] { byText, byNumber, byName, all }.Select(Names)));
    }

    [Fact]
    public async Task A_whole_select_gives_documents_or_plain_values()
    {
        var store = await OpenWithPlansAsync();
        var session = store.QuerySession();
        var table = $"{Schema}.mt_doc_documenttests_plan";

        var documents = await session.QueryAsync<Plan>($"select data from {table} where data ->> 'Name' = ?", "a");
        var count = await session.QueryAsync<long>($"select count(*) from {table}");
        var names = await session.QueryAsync<string>($"with p as (select data from {table}) select data ->> 'Name' from p order by 1");

        Assert.Equal("a", Names(documents));
        Assert.Equal([3L], count);
        Assert.Equal("a b c", string.Join(' ', names));
    }

    [Fact]
    public async Task A_query_with_too_few_parameters_is_refused()
    {
        var session = Open().QuerySession();

        await Assert.ThrowsAsync<ArgumentException>(() => session.QueryAsync<Plan>("where data ->> 'Name' = ? or data ->> 'Name' = ?", "a"));
    }

    [Fact]
    public async Task JSON_is_cased_and_enums_are_named_as_the_store_is_told()
    {
        var store = Open(options => options.UseSystemTextJsonForSerialization(EnumStorage.AsString, Casing.SnakeCase));
        await SaveAsync(store, new Plan { Name = "a", Level = Level.High });

        var json = await TestDatabase.ScalarAsync<string>($"select data ->> 'name' || (data ->> 'level') from {Schema}.mt_doc_documenttests_plan");

        Assert.Equal("aHigh", json);
        Assert.Single(await store.QuerySession().QueryAsync<Plan>("where data ->> 'level' = ?", Level.High));
    }

    [Fact]
    public async Task A_document_of_a_projection_cannot_be_stored_by_hand()
    {
        var store = Open(options => options.Projections.Snapshot<Run>(SnapshotLifecycle.Inline));
        await using var session = store.LightweightSession();

        Assert.Throws<InvalidOperationException>(() => session.Store(new Run(Guid.NewGuid(), "a", 0, 0, 0)));
    }

    [Fact]
    public void A_type_without_a_fitting_Id_cannot_be_a_document()
    {
        var session = Open().LightweightSession();

        Assert.Throws<InvalidOperationException>(() => session.Store(new RunNoted("no id")));
        Assert.Throws<NotSupportedException>(() => session.Store(new Numbered(1)));
    }

    private async Task<DocumentStore> OpenWithPlansAsync()
    {
        var store = Open();
        await SaveAsync(
            store,
            new Plan { Name = "a", Users = 1 },
            new Plan { Name = "b", Users = 2 },
            new Plan { Name = "c", Users = 3, Level = Level.High });
        return store;
    }

    private static async Task SaveAsync<T>(DocumentStore store, params T[] documents)
        where T : notnull
    {
        await using var session = store.LightweightSession();
        session.Store(documents);
        await session.SaveChangesAsync();
    }

    private static string Names(IReadOnlyList<Plan> plans) => string.Join(',', plans.Select(plan => plan.Name));

    public sealed class Plan
    {
        public Guid Id { get; set; }

        public string Name { get; set; } = "";

        public int Users { get; set; }

        public Level Level { get; set; } = Level.Low;
    }

    public sealed record Numbered(int Id);
}
