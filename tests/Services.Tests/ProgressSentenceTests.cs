using Loadstone.Ingestion;
using Loadstone.Measurement;
using Loadstone.Worker;

namespace Loadstone.Services.Tests;

/// <summary>What people are told of the seconds of a run.</summary>
public sealed class ProgressSentenceTests
{
    [Fact]
    public void A_last_second_without_load_or_answers_is_left_out_of_the_lines()
    {
        var answered = new OperationWindow { Scenario = "s", Operation = "o", Ok = 1 };

        Assert.Null(LocalMode.LineOf(new MetricWindow { Sequence = 5, Seconds = 0 }));
        Assert.NotNull(LocalMode.LineOf(new MetricWindow { Sequence = 5, Seconds = 0, Operations = [answered] }));
        Assert.NotNull(LocalMode.LineOf(new MetricWindow { Sequence = 5, Seconds = 0.2 }));
    }

    [Theory]
    [InlineData(20, "in the seconds 60 to 79")]
    [InlineData(19.2, "in the seconds 60 to 79")]
    [InlineData(1, "at second 60")]
    [InlineData(0, "at second 60")]
    public void An_insight_names_all_the_seconds_it_speaks_of(double seconds, string expected)
    {
        var requests = new OperationWindow { Scenario = "s", Operation = "o", Sent = 10, Ok = 9, Failed = 1 };
        var window = new MetricWindow { Sequence = 60, Seconds = seconds, Operations = [requests] };

        var insights = RunInsights.Of([PerformanceMetric.Of(Guid.NewGuid(), window, DateTimeOffset.UnixEpoch)]);

        Assert.Equal(3, insights.Count);
        Assert.All(insights, sentence => Assert.Contains($" {expected}: ", sentence));
    }

    [Fact]
    public void No_insight_speaks_of_the_answers_that_came_after_the_load()
    {
        PerformanceMetric Second(int sequence, double seconds, long ms)
        {
            var requests = new OperationWindow { Scenario = "s", Operation = "o", Sent = 1, Ok = 1 };
            requests.Response.Record(ms * 1_000_000);
            return PerformanceMetric.Of(Guid.NewGuid(), new MetricWindow { Sequence = sequence, Seconds = seconds, Operations = [requests] }, DateTimeOffset.UnixEpoch);
        }

        Assert.Contains(RunInsights.Of([Second(0, 1, 40), Second(1, 1, 45), Second(2, 0, 90)]), sentence => sentence.StartsWith("The p95 response time was highest at second 1:", StringComparison.Ordinal));
    }
}
