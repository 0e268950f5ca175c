
namespace Loadstone.Local.Tests;

public sealed class DeathsTests
{
    [Theory]
    [InlineData(15, true)]
    [InlineData(16, false)]
    public void The_fifth_death_within_a_minute_is_one_too_many(int secondsBetween, bool expected)
    {
        var clock = new SetClock();
        var deaths = new Deaths(clock);

        for (var i = 1; i < Deaths.TooMany; i++)
        {
            Assert.False(deaths.AreTooManyWithThis());
            clock.Advance(TimeSpan.FromSeconds(secondsBetween));
        }

        Assert.Equal(expected, deaths.AreTooManyWithThis());
    }

    private sealed class SetClock : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by) => _now += by;
    }
}
