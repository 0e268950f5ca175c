using Loadstone.Gateway.Live;
using Microsoft.Extensions.Configuration;

namespace Loadstone.Services.Tests;

public sealed class WatcherTests
{
    private static readonly Guid Run = Guid.NewGuid();

    [Fact]
    public async Task A_reader_who_takes_too_long_is_let_go_and_holds_no_other_up()
    {
        var watchers = AtMost(10);
        using var slow = watchers.TryAdd(Run)!;
        using var quick = watchers.TryAdd(Run)!;

        for (var i = 0; i < 1000; i++)
        {
            watchers.Tell(Run, i);
            Assert.Equal(i, await quick.NextAsync(TimeSpan.FromSeconds(10), CancellationToken.None));
        }

        Assert.True(slow.TooSlow.IsCancellationRequested);
        Assert.False(quick.TooSlow.IsCancellationRequested);
    }

    [Fact]
    public void There_are_as_many_readers_as_are_allowed_and_one_who_goes_makes_room()
    {
        var watchers = AtMost(2);
        using var first = watchers.TryAdd(Run);
        var second = watchers.TryAdd(Guid.NewGuid());

        Assert.Null(watchers.TryAdd(Run));
        second!.Dispose();
        using var third = watchers.TryAdd(Run);
        Assert.NotNull(third);
    }

    [Fact]
    public async Task A_reader_hears_of_his_own_run_only_and_silence_is_nothing()
    {
        var watchers = AtMost(2);
        using var watcher = watchers.TryAdd(Run)!;

        watchers.Tell(Guid.NewGuid(), "of another");

        Assert.Null(await watcher.NextAsync(TimeSpan.FromMilliseconds(1), CancellationToken.None));
    }

    private static Watchers AtMost(int connections) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?> { ["LOADSTONE_LIVE_CONNECTIONS"] = $"{connections}" }).Build());
}
