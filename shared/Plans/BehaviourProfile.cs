using System.Text.Json;

namespace Loadstone.Plans;

/// <summary>The times of a profile, which stand wherever a plan has a duration: <c>profile.reaction_time</c>.</summary>
public enum ProfileTime
{
    /// <summary>From one message to the next: an hour divided by <see cref="BehaviourProfile.MessagesPerHour"/>.</summary>
    MessageRate,

    /// <summary>From what is seen to what is done about it.</summary>
    ReactionTime,

    /// <summary>From coming to going.</summary>
    SessionLength,
}

/// <summary>The chances of a profile, which stand wherever a plan has a probability: <c>profile.video</c>.</summary>
public enum ProfileChance
{
    /// <summary>Of switching the camera on.</summary>
    Video,

    /// <summary>Of sharing the screen.</summary>
    ScreenShare,
}

/// <summary>
/// How the users of a scenario differ. Each user draws its own figures once and keeps them; which it draws depends only on the
/// run's seed and the user's number. Templates read them as <c>{{profile.talk_share}}</c>, times in ms.
/// </summary>
public sealed record BehaviourProfile
{
    private const string Prefix = "profile.";

    /// <summary>The profile of a scenario that gives none.</summary>
    public static readonly BehaviourProfile Default = new();

    /// <summary>Messages an hour: above 0, at most 1,000,000.</summary>
    public NumberDistribution MessagesPerHour { get; init; } = new(DistributionType.Normal, Mean: 30, Deviation: 10);

    /// <summary>The share of a call in which the user talks: 0 to 1.</summary>
    public NumberDistribution TalkShare { get; init; } = new(DistributionType.Normal, Mean: 0.4, Deviation: 0.1);

    /// <summary>How long the user takes to react: 0 to 10 min.</summary>
    public DurationDistribution ReactionTime { get; init; } =
        new(DistributionType.Normal, Mean: TimeSpan.FromSeconds(2), Deviation: TimeSpan.FromMilliseconds(500));

    /// <summary>How long the user stays: 0 to 120 min.</summary>
    public DurationDistribution SessionLength { get; init; } =
        new(DistributionType.Normal, Mean: TimeSpan.FromMinutes(30), Deviation: TimeSpan.FromMinutes(10));

    /// <summary>The chance of switching the camera on: 0 to 1.</summary>
    public double Video { get; init; } = 0.7;

    /// <summary>The chance of sharing the screen: 0 to 1.</summary>
    public double ScreenShare { get; init; } = 0.1;

    /// <summary>The names templates may use.</summary>
    public static IReadOnlyList<string> Values { get; } =
        [.. new[] { "messages_per_hour", "talk_share", "reaction_time", "session_length", "video", "screen_share" }.Select(n => Prefix + n)];

    internal static BehaviourProfile? Read(DocumentNode parent)
    {
        if (parent.Object("profile") is not { } node)
            return null;
        var profile = new BehaviourProfile
        {
            MessagesPerHour = NumberDistribution.Read(node, "messages_per_hour", 0.001, 1_000_000) ?? Default.MessagesPerHour,
            TalkShare = NumberDistribution.Read(node, "talk_share", 0, 1) ?? Default.TalkShare,
            ReactionTime = DurationDistribution.ReadDrawn(node, "reaction_time", TimeSpan.FromMinutes(10)) ?? Default.ReactionTime,
            SessionLength = DurationDistribution.ReadDrawn(node, "session_length", TimeSpan.FromMinutes(120)) ?? Default.SessionLength,
            Video = node.Number("video", 0, 1) ?? Default.Video,
            ScreenShare = node.Number("screen_share", 0, 1) ?? Default.ScreenShare,
        };
        node.RefuseUnknown();
        return profile;
    }

    /// <summary>A time or chance as plans name it, such as <c>profile.reaction_time</c>.</summary>
    internal static string NameOf<T>(T own) where T : struct, Enum => Prefix + JsonNamingPolicy.SnakeCaseLower.ConvertName(own.ToString());

    /// <summary>A time or chance as a person says it, such as <c>the user's reaction time</c>.</summary>
    internal static string InWords<T>(T own) where T : struct, Enum =>
        "the user's " + NameOf(own)[Prefix.Length..].Replace('_', ' ');
}

/// <summary>Reads the members of a plan that may name a part of the user's profile instead of a value.</summary>
internal static class ProfileMembers
{
    /// <summary>Whether a member is a text beginning with <c>profile.</c>; a wrong name behind it is noted as an error.</summary>
    public static bool OwnOf<T>(this DocumentNode node, string name, out T own) where T : struct, Enum
    {
        own = default;
        if (node.Raw(name)?.GetValueKind() != JsonValueKind.String || !node.Raw(name)!.GetValue<string>().StartsWith("profile.", StringComparison.Ordinal))
            return false;
        var known = Enum.GetValues<T>().ToDictionary(BehaviourProfile.NameOf, v => v);
        if (!known.TryGetValue(node.Raw(name)!.GetValue<string>(), out own))
            node.Error(name, $"must be one of {string.Join(", ", known.Keys)}");
        return true;
    }
}
