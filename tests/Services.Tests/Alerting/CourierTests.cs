using Loadstone.Alerting.Delivery;
using Loadstone.Alerting.Errors;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>How often a letter is tried, and when a subscriber is given up.</summary>
public sealed class CourierTests
{
    private static readonly Letter Any = new("id", "alert.raised.high", "{}"u8.ToArray());

    private readonly List<double> _pauses = [];

    [Fact]
    public async Task A_letter_is_tried_again_with_growing_pauses_until_it_is_taken()
    {
        var tries = 0;
        var courier = Courier(() => ++tries == 5, most: 8);

        Assert.Equal(new DeliveryEnd(5, null), await courier.DeliverAsync(Any, CancellationToken.None));
        Assert.Equal([1, 2, 4, 8], _pauses);
    }

    [Fact]
    public async Task A_letter_that_is_not_taken_in_a_whole_course_is_given_up_with_its_reason()
    {
        var courier = Courier(() => false, most: 8);

        Assert.Equal(new DeliveryEnd(8, "it answered 500"), await courier.DeliverAsync(Any, CancellationToken.None));
        Assert.Equal([1, 2, 4, 8, 16, 32, 60], _pauses);
    }

    [Fact]
    public async Task After_that_each_further_letter_is_tried_once_until_one_is_taken()
    {
        var isUp = false;
        var courier = Courier(() => isUp, most: 3);
        await courier.DeliverAsync(Any, CancellationToken.None);
        _pauses.Clear();

        Assert.Equal(1, (await courier.DeliverAsync(Any, CancellationToken.None)).Attempts);
        Assert.Empty(_pauses);
        isUp = true;
        Assert.Null((await courier.DeliverAsync(Any, CancellationToken.None)).Reason);
        isUp = false;
        Assert.Equal(3, (await courier.DeliverAsync(Any, CancellationToken.None)).Attempts);
    }

    [Fact]
    public async Task A_replay_counts_on_and_is_a_failure_of_its_own()
    {
        var first = await Courier(() => false, most: 2).DeliverAsync(Any, CancellationToken.None);
        var failure = MessageFailed.OfLetter("loadstone.alerts.x", Any, first, DateTimeOffset.UnixEpoch);
        var again = Any with { Attempts = failure.Attempts, ReplayOf = failure.Id };

        var second = MessageFailed.OfLetter("loadstone.alerts.x", again, await Courier(() => false, most: 2).DeliverAsync(again, CancellationToken.None), DateTimeOffset.UnixEpoch);

        Assert.Equal((4, failure.Id), (second.Attempts, second.ReplayOf));
        Assert.NotEqual(failure.Id, second.Id);
        Assert.Equal(failure.Id, MessageFailed.OfLetter("loadstone.alerts.x", Any, first, DateTimeOffset.UnixEpoch).Id);
    }

    private Courier Courier(Func<bool> isTaken, int most) => new(
        (_, _) => isTaken() ? Task.CompletedTask : throw new NotDeliveredException("it answered 500"), most, (pause, _) =>
        {
            _pauses.Add(pause.TotalSeconds);
            return Task.CompletedTask;
        });
}
