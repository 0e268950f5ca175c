using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>
/// How the users of a scenario differ. What a user draws is not kept anywhere: it is drawn again from the same lot whenever it is
/// asked for, so it depends on the run's seed and the user's number alone.
/// </summary>
internal sealed class UserProfile(BehaviourProfile profile)
{
    private const double MsPerHour = 3_600_000;
    private const double NsPerMs = 1_000_000;
    private const double Smallest = 0.001;
    private const int MostTries = 1000;

    public static readonly UserProfile Default = new(BehaviourProfile.Default);

    private readonly NumberDistribution _reactionMs = InMs(profile.ReactionTime);
    private readonly NumberDistribution _sessionMs = InMs(profile.SessionLength);

    private enum Lot
    {
        MessagesPerHour,
        TalkShare,
        ReactionTime,
        SessionLength,
    }

    public double ChanceOf(ProfileChance chance) => chance == ProfileChance.Video ? profile.Video : profile.ScreenShare;

    public long TimeNs(ProfileTime time, VirtualUser user) => (long)(NsPerMs * (time switch
    {
        ProfileTime.MessageRate => MsPerHour / MessagesPerHour(user),
        ProfileTime.ReactionTime => ReactionMs(user),
        _ => SessionMs(user),
    }));

    /// <summary>What a template reads under a name behind <c>profile.</c>; null when there is no such figure.</summary>
    public Value? ValueOf(string name) => name switch
    {
        "messages_per_hour" => new Value.Real(MessagesPerHour),
        "talk_share" => new Value.Real(TalkShare),
        "reaction_time" => new Value.Number(user => (long)Math.Round(ReactionMs(user))),
        "session_length" => new Value.Number(user => (long)Math.Round(SessionMs(user))),
        "video" => new Value.Real(_ => profile.Video),
        "screen_share" => new Value.Real(_ => profile.ScreenShare),
        _ => null,
    };

    private double MessagesPerHour(VirtualUser user) => Draw(profile.MessagesPerHour, user, Lot.MessagesPerHour, Smallest, double.MaxValue);

    private double TalkShare(VirtualUser user) => Draw(profile.TalkShare, user, Lot.TalkShare, 0, 1);

    private double ReactionMs(VirtualUser user) => Draw(_reactionMs, user, Lot.ReactionTime, 0, double.MaxValue);

    private double SessionMs(VirtualUser user) => Draw(_sessionMs, user, Lot.SessionLength, 0, double.MaxValue);

    private static NumberDistribution InMs(DurationDistribution d) => new(
        d.Type, d.Mean.TotalMilliseconds, d.Deviation.TotalMilliseconds, d.Min.TotalMilliseconds, d.Max.TotalMilliseconds);

    // Nothing normal has limits; what falls outside is drawn again. The mean is inside, so that few tries are enough.
    private static double Draw(NumberDistribution distribution, VirtualUser user, Lot lot, double min, double max)
    {
        var random = user.Lot((int)lot);
        if (distribution.Type != DistributionType.Normal)
            return distribution.Type == DistributionType.Fixed ? distribution.Mean : distribution.Min + (random.Fraction() * (distribution.Max - distribution.Min));
        for (var tries = 0; tries < MostTries; tries++)
        {
            var drawn = distribution.Mean + (random.Normal() * distribution.Deviation);
            if (drawn >= min && drawn <= max)
                return drawn;
        }

        return distribution.Mean;
    }
}
