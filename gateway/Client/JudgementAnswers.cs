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
