using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Client;

/// <summary>What was found out about an execution.</summary>
/// <param name="Insights">Sentences with their figures.</param>
/// <param name="Bottlenecks">What a rule found, worst first.</param>
/// <param name="Recommendations">What to do about it.</param>
/// <param name="NextSteps">What to do next.</param>
/// <param name="PerformanceGrade">A to F; null when the measurement cannot be trusted.</param>
/// <param name="Recovery">How it came back from a spike; null without one.</param>
/// <param name="Capacity">What a rising load says of how much the system bears; null without one.</param>
public sealed record InsightsAnswer(
    IReadOnlyList<string> Insights, IReadOnlyList<FindingView> Bottlenecks, IReadOnlyList<JsonObject> Recommendations,
    [property: JsonPropertyName("nextSteps")] IReadOnlyList<string> NextSteps, [property: JsonPropertyName("performanceGrade")] string? PerformanceGrade,
    JsonObject? Recovery, JsonObject? Capacity);

/// <summary>A bottleneck.</summary>
/// <param name="Rule">The rule that saw it.</param>
/// <param name="Type">What kind of thing it is.</param>
/// <param name="Component">Where.</param>
/// <param name="Severity">low, medium, high or critical.</param>
/// <param name="Details">What was seen, with figures.</param>
/// <param name="Recommendation">What to do about it.</param>
/// <param name="Phase">The phase it began in; null in a run without phases.</param>
/// <param name="Series">The series that shows it.</param>
/// <param name="FirstSecond">The first second that shows it.</param>
/// <param name="LastSecond">The last one.</param>
public sealed record FindingView(
    string Rule, string Type, string Component, string Severity, string Details, string Recommendation, string? Phase, string Series, int FirstSecond, int LastSecond);

/// <summary>A baseline.</summary>
/// <param name="Baseline">As the API describes it.</param>
public sealed record BaselineAnswer(JsonObject Baseline);

/// <summary>A page of baselines.</summary>
/// <param name="Baselines">As the API describes them.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record BaselineList(IReadOnlyList<JsonObject> Baselines, [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary>An execution beside its baseline.</summary>
/// <param name="Comparison">Null when there is no baseline, or the execution is the baseline itself.</param>
public sealed record BaselineComparisonAnswer(JsonObject? Comparison);

/// <summary>Which execution is to be a baseline.</summary>
/// <param name="ExecutionId">The execution.</param>
/// <param name="Scope">What it is to speak for: <c>configuration</c> (when null) or <c>test_type</c>.</param>
public sealed record BaselineRequest(
    [property: JsonPropertyName("executionId")] Guid ExecutionId,
    [property: JsonPropertyName("scope"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Scope = null);

/// <summary>Whether a test speaks against a deployment.</summary>
/// <param name="TestId">The test.</param>
/// <param name="Status">pending, pass or fail.</param>
/// <param name="Verdict">The test's verdict; null without one.</param>
/// <param name="Passed">Null while it is pending.</param>
/// <param name="Reasons">What failed, then what is worth a look.</param>
/// <param name="Checks">All that was looked at.</param>
public sealed record GateAnswer(
    [property: JsonPropertyName("testId")] Guid TestId, string Status, string? Verdict, bool? Passed, IReadOnlyList<string> Reasons, IReadOnlyList<GateCheckView> Checks);

/// <summary>One thing the gate looked at.</summary>
/// <param name="Kind">measurement, criterion, benchmark or baseline.</param>
/// <param name="Name">Which of them.</param>
/// <param name="Status">passed, warning or failed.</param>
/// <param name="Details">A sentence with figures.</param>
public sealed record GateCheckView(string Kind, string Name, string Status, string? Details);

/// <summary>Executions beside the first of them.</summary>
/// <param name="Comparison">As the API describes it.</param>
/// <param name="Insights">What differs, in sentences.</param>
public sealed record CompareAnswer(JsonObject Comparison, IReadOnlyList<string> Insights);

/// <summary>The history of a configuration.</summary>
/// <param name="Trend">Its runs, oldest first.</param>
/// <param name="ChangePoints">Where a metric changed for good.</param>
/// <param name="Regressions">Those of them that are for the worse.</param>
/// <param name="Directions">Where each metric is going.</param>
/// <param name="Latest">The latest run; null without one.</param>
/// <param name="Insights">The change points in sentences.</param>
public sealed record TrendsAnswer(
    IReadOnlyList<JsonObject> Trend, [property: JsonPropertyName("changePoints")] IReadOnlyList<JsonObject> ChangePoints, IReadOnlyList<JsonObject> Regressions,
    IReadOnlyList<JsonObject> Directions, JsonObject? Latest, IReadOnlyList<string> Insights);
