using System.Numerics;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>
/// Two systems in one run, in turn: iterations go to the base, the environment's first base URL, or to the candidate, by the slice of
/// time they are due in. What disturbs the run disturbs both, which no two runs one after the other can promise.
/// </summary>
/// <param name="Candidate">The origin of the candidate: another of the environment's base URLs.</param>
/// <param name="Slice">How long each turn lasts; 2 s to 5 min.</param>
public sealed record AbTest(string Candidate, [property: JsonConverter(typeof(DurationTextConverter))] TimeSpan Slice)
{
    // Follows the name of a scenario whose iterations went to the candidate.
    private const string Mark = " (candidate)";

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whose turn it is. The turns are the Thue–Morse sequence (base, candidate, candidate, base, candidate, base, base, …): each
    /// pair of slices has one of both, and neither is always first, so that a drift of the whole run favours nobody.
    /// </summary>
    /// <param name="scheduleNs">Ns of the schedule since its start, pauses left out; below 0 counts as 0.</param>
    public bool IsCandidatesTurn(long scheduleNs) => (BitOperations.PopCount((ulong)(Math.Max(0, scheduleNs) / (Slice.Ticks * 100))) & 1) == 1;

    /// <summary>True of the scenarios that results are kept under when an iteration went to the candidate.</summary>
    public static bool IsCandidates(string scenario) => scenario.EndsWith(Mark, StringComparison.Ordinal);

    /// <summary>The scenarios of a plan, and behind them each again for the candidate.</summary>
    internal static IReadOnlyList<Scenario> BothOf(IReadOnlyList<Scenario> scenarios) => [.. scenarios, .. scenarios.Select(s => s with { Name = s.Name + Mark })];

    internal static AbTest? Read(DocumentNode plan)
    {
        if (plan.Object("ab_test") is not { } node)
            return null;
        var read = new AbTest(node.RequiredText("candidate"), node.Seconds("slice", TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5)) ?? Usual);
        if (!Uri.TryCreate(read.Candidate, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.PathAndQuery != "/" || url.UserInfo.Length > 0)
            node.Error("candidate", "must be an origin such as https://canary.example:8443, without a path");
        node.RefuseUnknown();
        return read;
    }

    internal static void Check(DocumentNode node, TestPlan plan)
    {
        if ((plan.TestType == TestType.Ab) != (plan.AbTest is not null))
            node.Error("ab_test", plan.AbTest is null ? "is required for test_type ab: { candidate: the other system's base URL }" : "goes with test_type ab only");
        if (plan.AbTest is not { } ab)
            return;
        if (plan.Phases is not null)
            node.Error("phases", "do not go with ab_test: slices are the parts of such a run");
        if (plan.Duration < 4 * ab.Slice)
            node.Error("ab_test.slice", $"leaves fewer than four slices in {DurationText.Format(plan.Duration)}");
        for (var i = 0; i < plan.ScenarioConfig.Scenarios.Count; i++)
        {
            if (IsCandidates(plan.ScenarioConfig.Scenarios[i].Name))
                node.Error($"scenario_config.scenarios[{i}].name", $"must not end with '{Mark.Trim()}', which results of the candidate do");
        }
    }
}
