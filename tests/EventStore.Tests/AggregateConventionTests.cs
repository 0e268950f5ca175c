namespace Loadstone.EventStore.Tests;

public sealed class AggregateConventionTests : StoreTest
{
    [Fact]
    public async Task A_constructor_that_takes_the_event_creates_the_aggregate()
    {
        var id = await StartAsync(Open(), new RunRequested("a"));

        Assert.Equal("a", (await AggregateAsync<ByConstructor>(id))!.Name);
    }

    [Fact]
    public async Task Handlers_may_take_the_event_with_its_metadata()
    {
        var id = await StartAsync(Open(), new RunRequested("a"), new ShardStarted(1));

        var aggregate = await AggregateAsync<WithMetadata>(id);

        Assert.Equal((id, "a", 2L), (aggregate!.StreamId, aggregate.Name, aggregate.LastVersion));
    }

    [Fact]
    public async Task A_static_Apply_makes_a_new_aggregate_of_the_old()
    {
        var id = await StartAsync(Open(), new RunRequested("a"), new ShardStarted(1), new ShardStarted(2));

        Assert.Equal(new ByStaticApply(id, 2), await AggregateAsync<ByStaticApply>(id));
    }

    [Fact]
    public async Task Without_a_Create_the_first_applied_event_makes_an_empty_aggregate()
    {
        var id = await StartAsync(Open(), new RunRequested("not handled"), new ShardStarted(1));

        var tally = await AggregateAsync<Tally>(id);

        Assert.Equal((id, 1, 2), (tally!.Id, tally.Started, tally.Version));
    }

    [Fact]
    public async Task What_is_applied_before_anything_was_created_is_ignored()
    {
        var id = await StartAsync(Open(), new ShardStarted(1), new RunRequested("a"), new ShardStarted(2));

        Assert.Equal(1, (await AggregateAsync<Run>(id))!.Shards);
    }

    [Fact]
    public async Task A_deleted_aggregate_can_be_created_again()
    {
        var id = await StartAsync(Open(), new RunRequested("a"), new RunCancelled("b"), new RunRequested("c"));

        Assert.Equal("c", (await AggregateAsync<Run>(id))!.Name);
    }

    [Fact]
    public async Task A_handler_of_an_interface_gets_what_implements_it_unless_there_is_a_closer_one()
    {
        var id = await StartAsync(Open(), new Opened(), new Closed(), new Closed());

        var aggregate = await AggregateAsync<ByInterface>(id);

        Assert.Equal((1, 2), (aggregate!.Any, aggregate.Closes));
    }

    [Fact]
    public void Create_and_Apply_of_one_event_are_refused() => Refuses<CreateAndApply>("both Create and Apply");

    [Fact]
    public void A_method_that_cannot_be_a_handler_is_refused() => Refuses<UnknownSignature>("is not a handler");

    [Fact]
    public void A_handler_that_returns_something_else_is_refused() => Refuses<WrongResult>("is not a handler");

    [Fact]
    public void A_handler_that_is_not_public_is_refused() => Refuses<HiddenHandler>("Handlers are public");

    [Fact]
    public void Two_projections_to_one_document_are_refused()
    {
        Assert.Throws<InvalidProjectionException>(() => Open(options =>
        {
            options.Projections.Snapshot<Run>(SnapshotLifecycle.Inline);
            options.Projections.Snapshot<Run>(SnapshotLifecycle.Async);
        }));
    }

    private void Refuses<T>(string reason)
        where T : notnull
    {
        var refusal = Assert.Throws<InvalidProjectionException>(() =>
            Open(options => options.Projections.Snapshot<T>(SnapshotLifecycle.Inline)));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    private Task<T?> AggregateAsync<T>(Guid id)
        where T : class =>
        Open().QuerySession().Events.AggregateStreamAsync<T>(id);

    public sealed class ByConstructor(RunRequested e)
    {
        public string Name { get; } = e.Name;
    }

    public sealed record WithMetadata(Guid StreamId, string Name, long LastVersion)
    {
        public static WithMetadata Create(IEvent<RunRequested> e) => new(e.StreamId, e.Data.Name, e.Version);

        public WithMetadata Apply(IEvent<ShardStarted> e) => this with { LastVersion = e.Version };
    }

    public sealed record ByStaticApply(Guid Id, int Shards)
    {
        public static ByStaticApply Create(RunRequested _) => new(Guid.Empty, 0);

        public static ByStaticApply Apply(ShardStarted _, ByStaticApply before) => before with { Shards = before.Shards + 1 };
    }

    public interface IChange;

    public sealed record Opened : IChange;

    public sealed record Closed : IChange;

    public sealed class ByInterface
    {
        public int Any { get; private set; }

        public int Closes { get; private set; }

        public void Apply(IChange _) => Any++;

        public void Apply(Closed _) => Closes++;
    }

    public sealed record CreateAndApply(Guid Id)
    {
        public static CreateAndApply Create(RunRequested _) => new(Guid.Empty);

        public CreateAndApply Apply(RunRequested _) => this;
    }

    public sealed record UnknownSignature(Guid Id)
    {
        public static UnknownSignature Create(Guid id, string name) => new(name.Length > 0 ? id : Guid.Empty);
    }

    public sealed record WrongResult(Guid Id)
    {
        public int Apply(RunRequested _) => Id.Version;
    }

    public sealed class HiddenHandler
    {
        public Guid Id { get; set; }

        internal void Apply(RunRequested _) => Id = Guid.NewGuid();
    }
}
