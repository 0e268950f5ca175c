using Loadstone.Alerting.Delivery;
using Loadstone.Alerting.Errors;
using Loadstone.Alerting.Subscriptions;
using Loadstone.EventStore;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>How often a letter is tried, and when a subscriber is given up; all of it kept in a real store.</summary>
public sealed class CourierTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly Letter Any = new("id", "alert.raised.high", "{}"u8.ToArray());

    private readonly HurryingClock _clock = new();
    private readonly AlertSubscription _subscription = new() { Id = Guid.NewGuid(), Version = 1, Terms = new SubscriptionTerms() };
    private WebApplication _app = null!;
    private int _tries;

    public async Task InitializeAsync() => _app = await AlertingStore.OpenAsync(database, _clock);

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task A_letter_is_tried_again_with_growing_pauses_until_it_is_taken()
    {
        Assert.Equal(new DeliveryEnd(5, null), await DeliverAsync(Any, most: 8, isTaken: () => _tries == 5));
        Assert.Equal([1, 2, 4, 8], _clock.Pauses);
    }

    [Fact]
    public async Task A_letter_that_is_not_taken_in_a_whole_course_is_given_up_with_its_reason()
    {
        Assert.Equal(new DeliveryEnd(8, "it answered 500"), await DeliverAsync(Any, most: 8));
        Assert.Equal([1, 2, 4, 8, 16, 32, 60], _clock.Pauses);
    }

    [Fact]
    public async Task After_that_each_further_letter_is_tried_once_until_one_is_taken()
    {
        await DeliverAsync(Any, most: 3);
        _clock.Pauses.Clear();

        Assert.Equal(1, (await DeliverAsync(Any with { Id = "second" }, most: 3)).Attempts);
        Assert.Empty(_clock.Pauses);
        Assert.Null((await DeliverAsync(Any with { Id = "third" }, most: 3, isTaken: () => true)).Reason);
        Assert.Equal(3, (await DeliverAsync(Any with { Id = "fourth" }, most: 3)).Attempts);
    }

    [Fact]
    public async Task Whoever_goes_on_after_a_restart_counts_on_and_waits_for_what_is_left_of_the_pause()
    {
        using var killed = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DeliverAsync(Any, most: 5, isTaken: () => _tries == 4 && Kill(killed), killed.Token));
        _clock.Pauses.Clear();
        _clock.Advance(TimeSpan.FromSeconds(-3));

        Assert.Equal(new DeliveryEnd(5, "it answered 500"), await DeliverAsync(Any, most: 5));
        Assert.Equal((5, "3, 8"), (_tries - 1, string.Join(", ", _clock.Pauses)));
    }

    [Fact]
    public async Task A_letter_that_was_given_up_is_not_tried_again_when_it_comes_again_because_nobody_noted_it()
    {
        var end = await DeliverAsync(Any, most: 2);

        Assert.Equal((end, 2), (await DeliverAsync(Any, most: 2), _tries));
    }

    [Fact]
    public async Task What_a_subscription_says_anew_is_tried_anew()
    {
        await DeliverAsync(Any, most: 3);

        Assert.Equal(3, (await Courier(_subscription with { Version = 2 }, 3, () => false).DeliverAsync(Any with { Id = "second" }, CancellationToken.None)).Attempts);
    }

    [Fact]
    public async Task A_replay_counts_on_and_is_a_failure_of_its_own()
    {
        var first = await DeliverAsync(Any, most: 2);
        var failure = MessageFailed.OfLetter("loadstone.alerts.x", Any, first, DateTimeOffset.UnixEpoch);
        var again = Any with { Attempts = failure.Attempts, ReplayOf = failure.Id };

        var second = MessageFailed.OfLetter("loadstone.alerts.x", again, await DeliverAsync(again, most: 2), DateTimeOffset.UnixEpoch);

        Assert.Equal((3, failure.Id), (second.Attempts, second.ReplayOf));
        Assert.NotEqual(failure.Id, second.Id);
        Assert.Equal(failure.Id, MessageFailed.OfLetter("loadstone.alerts.x", Any, first, DateTimeOffset.UnixEpoch).Id);
    }

    private static bool Kill(CancellationTokenSource killed)
    {
        killed.Cancel();
        throw new OperationCanceledException(killed.Token);
    }

    // A courier that knows nothing but what is kept.
    private Task<DeliveryEnd> DeliverAsync(Letter letter, int most, Func<bool>? isTaken = null, CancellationToken cancellation = default) =>
        Courier(_subscription, most, isTaken ?? (() => false)).DeliverAsync(letter, cancellation);

    private Courier Courier(AlertSubscription subscription, int most, Func<bool> isTaken) => new(subscription, (_, _) =>
    {
        _tries++;
        return isTaken() ? Task.CompletedTask : throw new NotDeliveredException("it answered 500");
    }, most, _app.Services.GetRequiredService<IDocumentStore>(), _clock);
}
