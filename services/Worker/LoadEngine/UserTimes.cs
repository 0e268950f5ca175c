using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>From an instant on, so many virtual users are at work.</summary>
/// <param name="AtNs">Nanoseconds from the start.</param>
/// <param name="Users">Users at work from then on, of all shards together.</param>
public readonly record struct UserChange(long AtNs, int Users);

/// <summary>
/// When virtual users come and go in a closed load: a pure sequence of changes, one user at a time. At any instant the users
/// are the shape's value to the nearest whole number. User n (from 0) is at work whenever more than n are; so every shard
/// knows by itself which users are its own, and all shards together make exactly the plan's load.
/// </summary>
public static class UserTimes
{
    /// <summary>The changes of a shape of users, rising in time, beginning at 0.</summary>
    public static IEnumerable<UserChange> Of(LoadShape shape)
    {
        var users = Nearest(shape.Start);
        yield return new UserChange(0, users);
        var (from, startNs) = (shape.Start, 0L);
        foreach (var stage in shape.Stages)
        {
            var lengthNs = stage.Duration.Ticks * 100;
            var goal = Nearest(stage.Target);
            for (var step = Math.Sign(goal - users); users != goal; users += step)
                yield return new UserChange(startNs + CrossingNs(from, stage.Target, lengthNs, step > 0 ? users + 0.5 : users - 0.5), users + step);
            (from, startNs) = (stage.Target, startNs + lengthNs);
        }
    }

    private static int Nearest(double users) => (int)Math.Floor(users + 0.5);

    private static long CrossingNs(double from, double to, long lengthNs, double level) =>
        lengthNs == 0 ? 0 : (long)Math.Clamp((level - from) / (to - from) * lengthNs, 0, lengthNs);
}
