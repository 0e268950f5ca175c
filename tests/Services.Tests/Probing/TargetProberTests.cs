using System.Net.Sockets;
using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.Worker.Probes;

namespace Loadstone.Services.Tests.Probing;

/// <summary>Probes beside a run: what they say is in the second in which it came, and what they do not say harms nothing.</summary>
public sealed class TargetProberTests
{
    private readonly SetClock _clock = new();

    [Fact]
    public async Task What_was_told_is_in_the_window_of_its_second_and_what_was_too_late_for_it_in_the_next()
    {
        var watched = Watched("node", _ => Answer(("cpu_usage", 40)));
        await using var prober = new TargetProber(TimeSpan.FromSeconds(0.5), _clock);
        await prober.AskAsync(watched);
        _clock.Advance(TimeSpan.FromSeconds(1.6));
        await prober.AskAsync(watched);
        var windows = Enumerable.Range(0, 3).Select(second => Window(prober, second)).ToList();
        await prober.AskAsync(watched);

        Assert.Equal([1, 1, 0], windows.Select(w => w.CustomMetrics.GetValueOrDefault("cpu_usage")?.Count ?? 0));
        Assert.Equal(40, windows[0].Probes["node"].Metrics["cpu_usage"].Avg);
        Assert.Equal(1, Window(prober, 3).CustomMetrics["cpu_usage"].Count);
    }

    [Fact]
    public async Task Two_probes_of_one_metric_are_its_mean_its_least_and_its_most()
    {
        var (a, b) = (Watched("a", _ => Answer(("cpu_usage", 20))), Watched("b", _ => Answer(("cpu_usage", 80))));
        await using var prober = new TargetProber(TimeSpan.Zero, _clock);
        await prober.AskAsync(a);
        await prober.AskAsync(b);

        Assert.Equal(new CustomMetric(2, 100, 20, 80), Window(prober, 0).CustomMetrics["cpu_usage"]);
    }

    [Fact]
    public async Task A_probe_that_fails_is_told_with_how_often_and_why_and_never_with_its_password()
    {
        var watched = Watched("db", _ => throw new ProbeFailedException("it refused s3cret,\nand more"), "s3cret");
        await using var prober = new TargetProber(TimeSpan.Zero, _clock);
        await prober.AskAsync(watched);
        await prober.AskAsync(watched);

        var window = Window(prober, 0);
        Assert.Empty(window.CustomMetrics);
        Assert.Equal((2, 2, "it refused ***,"), (window.Probes["db"].Asked, window.Probes["db"].Failed, window.Probes["db"].Error));
    }

    [Fact]
    public async Task One_that_cannot_even_be_made_fails_alone()
    {
        var broken = new TargetProber.Watched(new TargetProbe { Name = "broken" }, new Lazy<IProbe>(() => throw new InvalidOperationException("hidden")), null);
        await using var prober = new TargetProber(TimeSpan.Zero, _clock);
        await prober.AskAsync(broken);

        Assert.Equal("it failed for a reason of its own (InvalidOperationException)", Window(prober, 0).Probes["broken"].Error);
    }

    [Fact]
    public async Task One_that_never_answers_is_given_up_and_the_end_does_not_wait_for_it()
    {
        var asked = new TaskCompletionSource();
        var watched = Watched("stuck", async _ =>
        {
            asked.SetResult();
            return await new TaskCompletionSource<ProbeAnswer>().Task;
        });
        var prober = new TargetProber(TimeSpan.Zero, TimeProvider.System);
        prober.Watch([watched]);
        await asked.Task;
        await prober.DisposeAsync();

        Assert.Empty(Window(prober, 10).Probes);
    }

    [Fact]
    public async Task What_asks_is_asked_again_after_its_interval_and_closed_at_the_end()
    {
        var thrice = new TaskCompletionSource();
        var asked = 0;
        var probe = new ScriptedProbe(_ =>
        {
            if (++asked == 2)
                thrice.SetResult();
            return Answer(("queue_length", asked));
        });
        var prober = new TargetProber(TimeSpan.Zero, TimeProvider.System);
        prober.Watch([new TargetProber.Watched(new TargetProbe { Name = "p" }, new Lazy<IProbe>(probe), null)]);
        await thrice.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await prober.DisposeAsync();

        Assert.True(probe.IsClosed);
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, "Connection refused")]
    public void What_a_socket_says_is_repeated_wherever_it_stands(SocketError error, string words) =>
        Assert.Equal(words, ProbeFailure.InWords(new AggregateException(new HttpRequestException("x", new SocketException((int)error)))));

    private static MetricWindow Window(TargetProber prober, int second)
    {
        var window = new MetricWindow { Sequence = second };
        prober.AddTo(window);
        return window;
    }

    private static Task<ProbeAnswer> Answer(params (string Metric, double Value)[] metrics) => Task.FromResult(new ProbeAnswer(metrics.ToDictionary(m => m.Metric, m => m.Value)));

    private static TargetProber.Watched Watched(string name, Func<CancellationToken, Task<ProbeAnswer>> ask, string? password = null) =>
        new(new TargetProbe { Name = name }, new Lazy<IProbe>(new ScriptedProbe(ask)), password);

    private sealed class ScriptedProbe(Func<CancellationToken, Task<ProbeAnswer>> ask) : IProbe
    {
        public bool IsClosed { get; private set; }

        public string? ConnectionKind => null;

        public Task<ProbeAnswer> AskAsync(CancellationToken cancellation) => ask(cancellation);

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class SetClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;

        public override long GetTimestamp() => _ticks;
    }
}
