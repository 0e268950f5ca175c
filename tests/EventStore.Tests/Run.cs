namespace Loadstone.EventStore.Tests;

public sealed record RunRequested(string Name);

public sealed record ShardStarted(int Shard);

public sealed record ShardFinished(int Shard, long Sent);

public sealed record RunCancelled(string By);

/// <summary>Nothing handles it.</summary>
public sealed record RunNoted(string Text);

/// <summary>An aggregate that never changes: each event makes a new one.</summary>
public sealed record Run(Guid Id, string Name, int Shards, long Sent, long Version)
{
    public static Run Create(RunRequested e) => new(Guid.Empty, e.Name, 0, 0, 0);

    public Run Apply(ShardStarted _) => this with { Shards = Shards + 1 };

    public Run Apply(ShardFinished e) => this with { Sent = Sent + e.Sent };

    public bool ShouldDelete(RunCancelled _) => true;
}

/// <summary>An aggregate that changes itself.</summary>
public sealed class Tally
{
    public Guid Id { get; set; }

    public int Version { get; set; }

    public int Started { get; set; }

    public int Finished { get; set; }

    public DateTimeOffset LastAt { get; set; }

    public void Apply(ShardStarted _) => Started++;

    public void Apply(IEvent<ShardFinished> e) => (Finished, LastAt) = (Finished + 1, e.Timestamp);
}
