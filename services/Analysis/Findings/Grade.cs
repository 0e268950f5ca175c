using System.Text.Json.Serialization;
using Loadstone.Plans;

namespace Loadstone.Analysis.Findings;

// The one enumeration that is written in capitals.
public enum PerformanceGrade
{
    [JsonStringEnumMemberName("A")]
    A,

    [JsonStringEnumMemberName("B")]
    B,

    [JsonStringEnumMemberName("C")]
    C,

    [JsonStringEnumMemberName("D")]
    D,

    [JsonStringEnumMemberName("F")]
    F,
}

/// <summary>
/// The grade of a run (requirements R7.4). It begins with 100 points. Each criterion that does not hold takes 25; one that holds with less
/// than a tenth of its limit to spare takes 3. Each finding takes 20 when it is critical, 10 when high, 5 when medium, 2 when low;
/// findings of one component count by their worst. A is 90 points and more, B 80, C 70, D 60, F anything less.
/// A run that failed its criteria is never better than C. One whose measurement cannot be trusted has no grade.
/// </summary>
public static class Grade
{
    private const double Narrow = 0.1;

    public static PerformanceGrade? Of(Verdict verdict, IReadOnlyList<Finding> findings)
    {
        if (verdict.SuccessCriteriaMet is not { } met)
            return null;
        var points = 100 - (25 * verdict.Criteria.Count(c => !c.Passed)) - (3 * verdict.Criteria.Count(c => c is { Passed: true, Margin: < Narrow }))
            - findings.GroupBy(f => f.Component).Sum(g => Cost(g.Max(f => f.Severity)));
        var grade = points switch { >= 90 => PerformanceGrade.A, >= 80 => PerformanceGrade.B, >= 70 => PerformanceGrade.C, >= 60 => PerformanceGrade.D, _ => PerformanceGrade.F };
        return met || grade > PerformanceGrade.C ? grade : PerformanceGrade.C;
    }

    private static int Cost(Severity severity) => severity switch { Severity.Critical => 20, Severity.High => 10, Severity.Medium => 5, _ => 2 };
}
