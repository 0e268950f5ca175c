using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>What a load shape counts.</summary>
public enum LoadUnit
{
    /// <summary>Virtual users at work at the same time (closed model).</summary>
    Users,

    /// <summary>Iterations begun per second (open model).</summary>
    ArrivalsPerSecond,
}

/// <summary>One leg of a load shape: a straight line from where the shape stands to <paramref name="Target"/>.</summary>
/// <param name="Duration">How long the leg takes; zero is a jump.</param>
/// <param name="Target">Users, or arrivals per second, at the end of the leg; 0 or more.</param>
public sealed record Stage([property: JsonConverter(typeof(DurationTextConverter))] TimeSpan Duration, double Target);

/// <summary>
/// The load over time as straight lines: what every pattern comes down to, and all that the engine and the charts need.
/// A pure value; the same shape gives the same load on any number of workers.
/// </summary>
/// <param name="Unit">What the numbers count.</param>
/// <param name="Start">The load at the first instant.</param>
/// <param name="Stages">The legs, in order.</param>
public sealed record LoadShape(LoadUnit Unit, double Start, IReadOnlyList<Stage> Stages)
{
    /// <summary>Iterations in the whole run, dealt to whichever user is free; null when only time ends the run.</summary>
    public long? SharedIterations { get; init; }

    /// <summary>Iterations of each user; null when only time ends a user.</summary>
    public int? IterationsPerUser { get; init; }

    /// <summary>True when arrivals come at random with this mean rate (a Poisson process) instead of evenly.</summary>
    public bool Poisson { get; init; }

    /// <summary>The whole length, ramps included.</summary>
    public TimeSpan Duration => Stages.Aggregate(TimeSpan.Zero, (sum, s) => sum + s.Duration);

    /// <summary>The highest load anywhere.</summary>
    public double Peak => Stages.Aggregate(Start, (peak, s) => Math.Max(peak, s.Target));

    /// <summary>The legs up to an instant, the last of them cut there.</summary>
    /// <param name="offset">Time from the start; at most the duration.</param>
    public IEnumerable<Stage> Until(TimeSpan offset)
    {
        var left = offset;
        foreach (var stage in Stages)
        {
            if (left < stage.Duration)
            {
                yield return new Stage(left, At(offset));
                yield break;
            }

            yield return stage;
            left -= stage.Duration;
        }
    }

    /// <summary>The load at an instant; the last target from the end on.</summary>
    /// <param name="offset">Time from the start; 0 or more.</param>
    public double At(TimeSpan offset)
    {
        var (from, left) = (Start, offset);
        foreach (var stage in Stages)
        {
            if (left < stage.Duration)
                return from + ((stage.Target - from) * (left / stage.Duration));
            (from, left) = (stage.Target, left - stage.Duration);
        }

        return from;
    }

    /// <summary>
    /// How many iterations are due up to an instant: the area under the lines. Null when nobody can say: users begin again when they are
    /// done, and arrivals at random have a mean only.
    /// </summary>
    /// <param name="offset">Time from the start; at most the duration.</param>
    public double? ArrivalsUntil(TimeSpan offset)
    {
        if (Unit == LoadUnit.Users || Poisson)
            return null;
        var (from, sum) = (Start, 0.0);
        foreach (var stage in Until(offset))
        {
            sum += (from + stage.Target) / 2 * stage.Duration.TotalSeconds;
            from = stage.Target;
        }

        return sum;
    }
}
