using Loadstone.Cli;
using Loadstone.Client;

namespace Loadstone.EndToEnd.Tests.CommandLine;

public sealed class StopRequestTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_run_that_cannot_be_stopped_is_named_with_the_command_that_stops_it()
    {
        var (id, say) = (Guid.NewGuid(), new StringWriter());
        var stop = new StopRequest(id, LoadstoneClient.Connect(new Uri("http://127.0.0.1:1"), key: null), say, TimeSpan.FromSeconds(30), new HastyClock());

        stop.Begin();
        stop.ThrowIfGivenUp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (stop.IsUnderWay)
            await timer.WaitForNextTickAsync();

        Assert.Contains($"Stop it with ./loadstone stop {id}", Assert.Throws<IOException>(stop.ThrowIfGivenUp).Message);
        Assert.Contains("asked to again for up to 30 s: There is no gateway at http://127.0.0.1:1", say.ToString());
    }

    // Half a minute has passed whenever it is looked at.
    private sealed class HastyClock : TimeProvider
    {
        private long _looks;

        public override long GetTimestamp() => ++_looks * 30 * TimestampFrequency;
    }
}
