namespace Loadstone.EventStore.Tests;

public sealed class EventNameTests : StoreTest
{
    private const string Unloadable = "Gone.Away, Nowhere";

    [Theory]
    [InlineData(typeof(RunRequested), "run_requested")]
    [InlineData(typeof(HTTPRequest2Sent), "http_request_2_sent")]
    [InlineData(typeof(OrderV2), "order_v2")]
    [InlineData(typeof(A1B2), "a1b2")]
    [InlineData(typeof(ABC), "abc")]
    [InlineData(typeof(order_placed), "order__placed")]
    [InlineData(typeof(Wrapped<RunRequested>), "Wrapped<RunRequested>")]
    public async Task An_unnamed_type_is_stored_under_the_name_that_Marten_gives_it(Type type, string alias)
    {
        var store = Open();
        await StartAsync(store, Activator.CreateInstance(type, type == typeof(RunRequested) ? ["a"] : [])!);

        Assert.Equal([alias], await TestDatabase.RowsAsync($"select type from {Schema}.mt_events"));
    }

    [Fact]
    public async Task A_named_type_is_stored_under_its_name_with_the_NET_type_beside_it()
    {
        var store = Open(options => options.Events.MapEventType<RunRequested>("run.requested"));
        await StartAsync(store, new RunRequested("a"));

        Assert.Equal(
            ["run.requested Loadstone.EventStore.Tests.RunRequested, Loadstone.EventStore.Tests"],
            await TestDatabase.RowsAsync($"select type, mt_dotnet_type from {Schema}.mt_events"));
    }

    [Fact]
    public async Task A_known_name_is_read_whatever_NET_type_was_stored()
    {
        var store = Open(options => options.Events.MapEventType<RunRequested>("run.requested"));
        var id = await StartAsync(store, new RunRequested("a"));
        await TestDatabase.ExecuteAsync($"update {Schema}.mt_events set mt_dotnet_type = '{Unloadable}'");

        Assert.Equal(new RunRequested("a"), Assert.Single(await store.QuerySession().Events.FetchStreamAsync(id)).Data);
    }

    [Fact]
    public async Task An_unknown_name_is_read_by_its_NET_type()
    {
        var id = await StartAsync(Open(options => options.Events.MapEventType<RunRequested>("old name")), new RunRequested("a"));

        var events = await Open().QuerySession().Events.FetchStreamAsync(id);

        Assert.Equal(new RunRequested("a"), Assert.Single(events).Data);
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_is_an_error_that_names_it()
    {
        var store = Open();
        var id = await StartAsync(store, new RunRequested("a"));
        await TestDatabase.ExecuteAsync($"update {Schema}.mt_events set type = 'gone', mt_dotnet_type = '{Unloadable}'");

        var error = await Assert.ThrowsAsync<UnknownEventTypeException>(() => Open().QuerySession().Events.FetchStreamAsync(id));

        Assert.Equal("gone", error.EventTypeName);
    }

    [Fact]
    public void Two_types_cannot_share_a_name()
    {
        Assert.Throws<InvalidOperationException>(() => Open(options =>
        {
            options.Events.MapEventType<RunRequested>("same");
            options.Events.MapEventType<RunCancelled>("same");
        }));
    }

    [Fact]
    public async Task Events_of_another_writer_are_read_once_their_type_is_added()
    {
        var store = Open(options => options.Events.AddEventType<ShardStarted>());
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        var id = Guid.NewGuid();
        await using (var connection = await TestDatabase.OpenAsync())
            await InsertRawAsync(connection, id, version: 1);

        Assert.Equal(new ShardStarted(1), Assert.Single(await store.QuerySession().Events.FetchStreamAsync(id)).Data);
    }

    public sealed record HTTPRequest2Sent;

    public sealed record OrderV2;

    public sealed record A1B2;

    public sealed record ABC;

    public sealed record order_placed;

    public sealed record Wrapped<T>;
}
