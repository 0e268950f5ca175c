using System.Globalization;
using System.Text;
using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.Benchmarks;
using Loadstone.Analysis.Reports;
using Loadstone.Plans;

namespace Loadstone.Analysis.History;

/// <summary>What is agreed of one system under test, and how it is known to fare (requirements R15.6).</summary>
public sealed record Objectives(
    string Environment, IReadOnlyList<ConfigurationObjective> Configurations, IReadOnlyList<BenchmarkObjective> Benchmarks, IReadOnlyList<BaselineObjective> Baselines)
{
    /// <summary>By environment, in their order. Of each configuration what its latest run was asked to hold.</summary>
    public static IReadOnlyList<Objectives> Of(IReadOnlyList<JudgedRun> latest, IReadOnlyList<Benchmark> benchmarks, IReadOnlyList<Baseline> baselines)
    {
        var names = latest.Select(r => r.Run.Environment).Concat(benchmarks.Select(b => b.Target.Environment)).Concat(baselines.Select(b => b.Environment));
        var configurations = latest.GroupBy(r => r.Run.ConfigurationId).ToDictionary(g => g.Key, g => g.First().Run.Plan.Name);
        return [.. names.Distinct().Order(StringComparer.Ordinal).Select(environment => new Objectives(
            environment,
            [.. latest.Where(r => r.Run.Environment == environment).OrderBy(r => r.Run.Plan.Name, StringComparer.Ordinal).Select(ConfigurationObjective.Of)],
            [.. benchmarks.Where(b => b.Target.Environment == environment).OrderBy(b => b.Target.BenchmarkName, StringComparer.Ordinal).Select(BenchmarkObjective.Of)],
            [.. baselines.Where(b => b.Environment == environment).Select(b => BaselineObjective.Of(b, configurations)).OrderBy(b => b.About, StringComparer.Ordinal)]))];
    }

    /// <summary>The same as a page.</summary>
    public static string Markdown(IReadOnlyList<Objectives> all)
    {
        var text = new StringBuilder("# Objectives and baselines\n");
        foreach (var one in all)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {ReportText.Cell(one.Environment)}\n");
            AddTable(text, ["configuration", "must hold", "latest run", "verdict"], one.Configurations.Select(c => new[]
                { ReportText.Cell(c.Name), string.Join("<br>", c.Criteria.Select(ReportText.Cell)), Day(c.LastRunAt), c.LastVerdict.ToString().ToLowerInvariant() }));
            AddTable(text, ["benchmark", "about", "response ms", "per s", "errors %", "validated", "status"], one.Benchmarks.Select(b => new[]
                { ReportText.Cell(b.Name), ReportText.Cell(b.About), Number(b.TargetResponseTime), Number(b.TargetThroughput), Number(b.MaxErrorRate), Day(b.LastValidatedAt), b.ValidationStatus.ToString().ToLowerInvariant() }));
            AddTable(text, ["baseline of", "mean ms", "p95 ms", "errors %", "per s", "since"], one.Baselines.Select(b => new[]
                { ReportText.Cell(b.About), Within(b.AvgResponseTimeMs, b.Variance.AvgResponseTime), Within(b.P95ResponseTimeMs, b.Variance.P95ResponseTime), $"{Number(b.ErrorRate)} ± {Number(b.Variance.ErrorRate)}", Within(b.ThroughputRps, b.Variance.ThroughputRps), Day(b.EstablishedAt) }));
        }

        return text.ToString();
    }

    private static void AddTable(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        if (all.Count > 0)
            ReportText.Table(text, head, all);
    }

    private static string Within(double value, double percent) => $"{Number(value)} ± {Number(percent)} %";

    private static string Number(double? value) => value?.ToString("0.##", CultureInfo.InvariantCulture) ?? "–";

    private static string Day(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "never";
}

/// <summary>What a configuration must hold, and what its latest run was found to be worth.</summary>
public sealed record ConfigurationObjective(
    Guid ConfigurationId, string Name, IReadOnlyList<string> Criteria, Guid LastExecutionId, DateTimeOffset LastRunAt, VerdictOutcome LastVerdict)
{
    public static ConfigurationObjective Of(JudgedRun r) => new(
        r.Run.ConfigurationId, r.Run.Plan.Name, [.. r.Run.Plan.SuccessCriteria.All().Select(c => c.Title)], r.Run.Id, r.Run.RequestedAt, r.Judged.Verdict.Outcome);
}

/// <summary>A benchmark. Times are ms, rates %.</summary>
public sealed record BenchmarkObjective(
    Guid Id, string Name, string About, double TargetResponseTime, double? TargetThroughput, double MaxErrorRate, DateTimeOffset? LastValidatedAt, ValidationStatus ValidationStatus)
{
    public static BenchmarkObjective Of(Benchmark b) => new(
        b.Id, b.Target.BenchmarkName, b.Target.EndpointPath is { } path ? $"{b.Target.HttpMethod} {path}".Trim() : "the whole run",
        b.Target.TargetResponseTime, b.Target.TargetThroughput, b.Target.MaxErrorRate, b.LastValidatedAt, b.ValidationStatus);
}

/// <summary>A baseline, and how far a run may stray from it. Times are ms, rates and variances %.</summary>
public sealed record BaselineObjective(
    Guid Id, string About, double AvgResponseTimeMs, double P95ResponseTimeMs, double ErrorRate, double ThroughputRps, AcceptableVariance Variance, DateTimeOffset EstablishedAt)
{
    public static BaselineObjective Of(Baseline b, IReadOnlyDictionary<Guid, string> configurations) => new(
        b.Id, b.ConfigurationId is { } id ? configurations.GetValueOrDefault(id, id.ToString()) : $"every {WireNames<TestType>.ToValue.First(n => n.Value == b.TestType).Key} test",
        b.Values.BaselineAvgResponseTimeMs, b.Values.BaselineP95ResponseTimeMs, b.Values.BaselineErrorRate, b.Values.BaselineThroughputRps,
        b.Values.AcceptableVariance, b.Values.EstablishedAt);
}
