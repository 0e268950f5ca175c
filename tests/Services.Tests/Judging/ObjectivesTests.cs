using Loadstone.Analysis;
using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.Benchmarks;
using Loadstone.Analysis.History;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Services.Tests.Judging;

/// <summary>The page of what is agreed (requirements R15.6).</summary>
public sealed class ObjectivesTests
{
    private static readonly DateTimeOffset Day = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_is_agreed_and_known_is_on_one_page_by_environment()
    {
        var page = Objectives.Markdown(Objectives.Of(
            [Run("checkout | peak", "staging", VerdictOutcome.Passed), Run("search", "production", VerdictOutcome.Failed)],
            [new Benchmark { Id = Guid.NewGuid(), Target = new BenchmarkTarget { BenchmarkName = "list", EndpointPath = "/api/products", HttpMethod = "GET", TargetResponseTime = 200, Environment = "staging" } }],
            [Baseline("staging")]));

        Assert.True(page.IndexOf("## production", StringComparison.Ordinal) < page.IndexOf("## staging", StringComparison.Ordinal));
        Assert.Contains("| checkout \\| peak | p95\\_response\\_time ≤ 300", page);
        Assert.Contains("| list | GET /api/products | 200 | – | 1 | never | pending |", page);
        Assert.Contains("| every load test | 12.5 ± 10 % | 40 ± 10 % | 0.1 ± 1 | 99 ± 10 % | 2026-11-21 |", page);
        Assert.DoesNotContain("benchmark", page[..page.IndexOf("## staging", StringComparison.Ordinal)]);
    }

    private static JudgedRun Run(string name, string environment, VerdictOutcome outcome)
    {
        var plan = new TestPlan { Name = name, SuccessCriteria = new SuccessCriteria { MaxP95ResponseTime = 300 } };
        var run = new RunToJudge(Guid.NewGuid(), Guid.NewGuid(), "x", plan, environment, "me", Day);
        return new JudgedRun(run, new RunJudged(run.Id, new Verdict(outcome, [], [], 2), new RunFigures(), new Contracts.RunPeaks(1, 1, 1, 1, new Dictionary<string, long>()), [], Day));
    }

    private static Baseline Baseline(string environment) => new()
    {
        Id = Guid.NewGuid(),
        Scope = BaselineScope.TestType,
        Environment = environment,
        Values = new BaselineValues(Guid.NewGuid(), 12.5, 40, 0.1, 99, AcceptableVariance.Of([]), Day, "me"),
    };
}
