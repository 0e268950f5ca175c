using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>What an engine is to do: a plan, against a target, as one part of a run.</summary>
public sealed record LoadOrder
{
    /// <summary>The plan, with every scenario filled in (<see cref="TestPlan.WithScenarios"/>) and the rows of its data.</summary>
    public required TestPlan Plan { get; init; }

    /// <summary>The base URLs of the target; the first is where relative paths go. Requests go nowhere else.</summary>
    public required IReadOnlyList<Uri> BaseUrls { get; init; }

    /// <summary>Which addresses the target's names may lead to.</summary>
    public TargetPolicy Policy { get; init; } = TargetPolicy.Unlimited;

    /// <summary>Requests per second that all shards together do not go above; null for no ceiling.</summary>
    public double? MaxRps { get; init; }

    /// <summary>What templates read as <c>env.NAME</c>.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Which part of the run this is.</summary>
    public ShardShare Share { get; init; } = ShardShare.Whole;

    /// <summary>The seed of everything random; the same on every shard.</summary>
    public int Seed { get; init; }

    /// <summary>True when whole URLs in the plan may lead anywhere: a run of one's own, without a platform.</summary>
    public bool AnyOrigin { get; init; }

    /// <summary>
    /// True when the load is to end by itself if the engine stood still for more than <see cref="Loops.Pacer.LongestStandstillNs"/>: others
    /// may have been given its share in the meantime. Otherwise it catches up, late, and says how late.
    /// </summary>
    public bool EndsAtStandstill { get; init; }
}
