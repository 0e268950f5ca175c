using System.Globalization;

namespace Loadstone.Plans.K6;

/// <summary>Writes times, chances and how they are drawn as literals: times in seconds where k6 sleeps, in ms where it waits.</summary>
internal static class K6Figures
{
    public static string Drawn(DurationDistribution d) => d switch
    {
        { Own: { } own } => $"{{ own: {K6Values.Literal(NameOf(own))} }}",
        { Type: DistributionType.Uniform } => $"{{ type: \"uniform\", min: {K6Values.Number(d.Min.TotalSeconds)}, max: {K6Values.Number(d.Max.TotalSeconds)} }}",
        { Type: DistributionType.Normal } => $"{{ type: \"normal\", mean: {K6Values.Number(d.Mean.TotalSeconds)}, deviation: {K6Values.Number(d.Deviation.TotalSeconds)} }}",
        _ => $"{{ mean: {K6Values.Number(d.Mean.TotalSeconds)} }}",
    };

    public static string Chance(Probability chance) => chance.Own is { } own ? $"own({K6Values.Literal(NameOf(own))})" : K6Values.Number(chance.Value);

    public static string Ms(TimeSpan time) => K6Values.Number(time.TotalMilliseconds);

    public static string Times(RepeatStep step) => step.Times switch
    {
        null => step.MaxTimes?.ToString(CultureInfo.InvariantCulture) ?? "0",
        { Min: var min, Max: var max } when min == max => min.ToString(CultureInfo.InvariantCulture),
        { Min: var min, Max: var max } => string.Create(CultureInfo.InvariantCulture, $"randomInt({min}, {max})"),
    };

    public static string ProfileOf(string scenario, BehaviourProfile profile) => K6Values.Object(
    [
        ("of", K6Values.Literal(scenario)), ("messages_per_hour", Figure(profile.MessagesPerHour)), ("talk_share", Figure(profile.TalkShare)),
        ("reaction_time", Figure(InMs(profile.ReactionTime))), ("session_length", Figure(InMs(profile.SessionLength))),
        ("video", K6Values.Number(profile.Video)), ("screen_share", K6Values.Number(profile.ScreenShare)),
    ]);

    private static string NameOf<T>(T own)
        where T : struct, Enum => BehaviourProfile.NameOf(own)["profile.".Length..];

    private static NumberDistribution InMs(DurationDistribution d) =>
        new(d.Type, d.Mean.TotalMilliseconds, d.Deviation.TotalMilliseconds, d.Min.TotalMilliseconds, d.Max.TotalMilliseconds);

    private static string Figure(NumberDistribution d) => d.Type switch
    {
        DistributionType.Uniform => $"{{ type: \"uniform\", min: {K6Values.Number(d.Min)}, max: {K6Values.Number(d.Max)} }}",
        DistributionType.Normal => $"{{ type: \"normal\", mean: {K6Values.Number(d.Mean)}, deviation: {K6Values.Number(d.Deviation)} }}",
        _ => K6Values.Number(d.Mean),
    };
}
