using Loadstone.Analysis;
using Loadstone.Analysis.Reports;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Services.Tests;

public sealed class ReportHtmlTests
{
    [Fact]
    public void No_text_of_a_plan_becomes_markup()
    {
        const string Attack = "<script>alert('x')</script>";
        var requests = new OperationWindow { Scenario = Attack, Operation = Attack, Sent = 1, Ok = 1 };
        requests.CountError(Attack);
        var total = new MetricWindow { Operations = [requests] };
        var run = new RunToJudge(Guid.NewGuid(), Guid.NewGuid(), Attack, new TestPlan { Name = Attack, Environment = Attack }, Attack, Attack, DateTimeOffset.UnixEpoch);
        var measured = new RunMeasurements(run.Id, total, [Attack], [], [total]);

        var html = ReportHtml.Of(RunReport.Of(run, measured, Judgement.Decide(run, measured, [], DateTimeOffset.UnixEpoch)));

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", html);
    }

    [Theory]
    [InlineData(113.5, "150", "200")]
    [InlineData(50, "60", "80")]
    [InlineData(0, "1", "2")]
    public void A_chart_goes_up_to_the_round_number_above_its_highest_value(double highest, string top, string beyond)
    {
        var html = new Chart("Response time", "ms", [0, 1], [], new ChartLine("p50", [0, highest])).ToHtml();

        Assert.Equal(2, html.Split($">{top}</text>").Length - 1); // one drawing for screens, one for telephones
        Assert.DoesNotContain($">{beyond}</text>", html);
    }

    [Fact]
    public void A_line_is_broken_where_seconds_are_missing()
    {
        string PathOver(params int[] seconds) => new Chart("Throughput", "requests/s", seconds, [], new ChartLine("rate", [.. seconds.Select(_ => (double?)100)])).ToHtml()
            .Split("<path class=\"line s0\" d=\"")[1].Split('"')[0];

        Assert.Equal(1, PathOver(0, 1, 2, 3).Count(c => c == 'M'));
        Assert.Equal(2, PathOver(0, 1, 2, 7, 8).Count(c => c == 'M'));
        Assert.Equal(1, PathOver(0, 10, 20, 30).Count(c => c == 'M'));
        var withoutValues = new Chart("Response time", "ms", [0, 1, 2, 3], [], new ChartLine("p50", [5, null, null, 5])).ToHtml();
        Assert.Equal(2, withoutValues.Split("<path class=\"line s0\" d=\"")[1].Split('"')[0].Count(c => c == 'M'));
        Assert.Equal(2, withoutValues.Split("<td>–</td>").Length - 1);
    }

    [Fact]
    public void What_was_measured_at_the_target_has_a_chart_each_and_seconds_without_a_value_are_left_out()
    {
        var seconds = Enumerable.Range(0, 6).Select(i => new MetricWindow { Sequence = i, Health = new GeneratorHealth(20, 1, 0) }).ToList();
        foreach (var second in seconds.Where(s => s.Sequence != 3))
        {
            second.Count("cpu_usage", CustomMetric.Of(40 + second.Sequence));
            second.Count("memory_usage", CustomMetric.Of(512e6));
        }

        var run = new RunToJudge(Guid.NewGuid(), Guid.NewGuid(), "x", new TestPlan { Name = "x" }, "sample", "me", DateTimeOffset.UnixEpoch);
        var measured = new RunMeasurements(run.Id, new MetricWindow(), [], [], seconds);
        var html = ReportHtml.Of(RunReport.Of(run, measured, Judgement.Decide(run, measured, [], DateTimeOffset.UnixEpoch)));

        Assert.Contains("<figcaption>Target: cpu_usage, %</figcaption>", html);
        Assert.Contains("<td>2</td><td>42</td></tr><tr><td>3</td><td>–</td></tr><tr><td>4</td><td>44</td>", html);
        Assert.Contains("<figcaption>Target: memory_usage, MB</figcaption>", html);
        Assert.Contains("<td>512</td>", html);
        Assert.Contains("<figcaption>Load generator: processor, % of its cores</figcaption>", html);
    }

    [Fact]
    public void The_alerts_of_a_run_have_a_section_and_a_run_without_any_has_none()
    {
        var run = new RunToJudge(Guid.NewGuid(), Guid.NewGuid(), "x", new TestPlan { Name = "x" }, "sample", "me", DateTimeOffset.UnixEpoch);
        var measured = new RunMeasurements(run.Id, new MetricWindow(), [], [], []);
        var judged = Judgement.Decide(run, measured, [], DateTimeOffset.UnixEpoch);
        string Page(params RunAlert[] alerts) => ReportHtml.Of(RunReport.Of(run, measured, judged with { Alerts = alerts }));

        Assert.DoesNotContain("<h2>Alerts</h2>", Page());
        Assert.Contains("<td>high</td><td>p95 of &#39;buy&#39; is 900 ms</td><td>00:00:10 UTC</td><td>–</td><td>active</td>",
            Page(new RunAlert("high", "threshold_exceeded", "rule", "p95 of 'buy' is 900 ms", "active", DateTimeOffset.UnixEpoch.AddSeconds(10), null)));
    }

    [Fact]
    public void Where_the_time_went_is_shown_for_the_phases_that_were_measured()
    {
        var requests = new OperationWindow { Scenario = "s", Operation = "o", Sent = 1, Ok = 1 };
        requests.Phases.Record(new PhaseTimes(0, 0, 0, FirstByteNs: 2_000_000, DownloadNs: 1_000_000));
        var run = new RunToJudge(Guid.NewGuid(), Guid.NewGuid(), "x", new TestPlan { Name = "x" }, "sample", "me", DateTimeOffset.UnixEpoch);
        var measured = new RunMeasurements(run.Id, new MetricWindow { Operations = [requests] }, [], [], []);

        var html = ReportHtml.Of(RunReport.Of(run, measured, Judgement.Decide(run, measured, [], DateTimeOffset.UnixEpoch)));

        Assert.Contains("<th>operation</th><th>first byte</th><th>download</th>", html);
        Assert.Contains("<td>2 <span class=\"soft\">2</span></td><td>1 <span class=\"soft\">1</span></td>", html);
    }

    [Fact]
    public void A_run_without_a_single_request_still_has_a_report()
    {
        var run = new RunToJudge(Guid.NewGuid(), Guid.NewGuid(), "x", new TestPlan { Name = "x" }, "sample", "me", DateTimeOffset.UnixEpoch);
        var measured = new RunMeasurements(run.Id, new MetricWindow(), [], [], []);
        var judged = Judgement.Decide(run, measured, [], DateTimeOffset.UnixEpoch);

        Assert.Equal(VerdictOutcome.Inconclusive, judged.Verdict.Outcome);
        Assert.Contains("no request was made", ReportHtml.Of(RunReport.Of(run, measured, judged)));
    }

    [Fact]
    public void A_gap_in_the_measurement_makes_the_verdict_invalid()
    {
        var run = new RunToJudge(Guid.NewGuid(), Guid.NewGuid(), "x", new TestPlan { Name = "x" }, "sample", "me", DateTimeOffset.UnixEpoch);
        var total = new MetricWindow { Operations = [new OperationWindow { Scenario = "s", Operation = "o", Sent = 1, Ok = 1 }] };

        var judged = Judgement.Decide(run, new RunMeasurements(run.Id, total, ["shard 0 has 9 of its 10 seconds"], [], []), [], DateTimeOffset.UnixEpoch);

        Assert.Equal(VerdictOutcome.Invalid, judged.Verdict.Outcome);
        Assert.Contains("shard 0 has 9 of its 10 seconds", judged.Verdict.Reasons);
    }
}
