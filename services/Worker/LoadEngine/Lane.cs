using Loadstone.LoadEngine.Http;
using Loadstone.LoadEngine.Loops;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>
/// One thread's part of a shard: its clock, its users, what it counts. A user and everything of it stays in its lane, so
/// nothing here needs a lock; what lanes share is in <see cref="RunParts"/>.
/// </summary>
internal sealed class Lane
{
    public Lane(Pacer pacer, Recorder.Stripe stripe, int index, RunParts run)
    {
        (Pacer, Stripe, Index, Run) = (pacer, stripe, index, run);
        Channels = new ChannelPool(this);
        var order = run.Order;
        // A lane is a part of the shard as a shard is a part of the run.
        Share = order.Share.Part(index, run.LaneCount);
        Users = [.. Enumerable.Range(0, (int)Share.CountOf(order.Plan.MaxVirtualUsers)).Select(i =>
            new VirtualUser((int)Share.NumberAt(i), order.Seed, this, run.Slots, run.Feeders))];
    }

    public Pacer Pacer { get; }

    public Recorder.Stripe Stripe { get; }

    public int Index { get; }

    public RunParts Run { get; }

    /// <summary>Which part of the whole run the lane makes.</summary>
    public ShardShare Share { get; }

    /// <summary>The lane's users, each at its number divided by the parts.</summary>
    public IReadOnlyList<VirtualUser> Users { get; }

    /// <summary>What is on its way.</summary>
    public Deadlines Deadlines { get; } = new();

    /// <summary>Where the lane's buffers come from.</summary>
    public PagePool Pages { get; } = new();

    /// <summary>What requests travel on.</summary>
    public ChannelPool Channels { get; }

    /// <summary>The lane's loop; there is none under virtual time, where there are no sockets.</summary>
    public EventLoop Loop => (EventLoop)Pacer;

    /// <summary>Messages its users have made, so that each has a name of its own.</summary>
    public long Messages { get; set; }

    /// <summary>Connections that are open now.</summary>
    public OpenConnections Open { get; set; }

    public long NowNs => Pacer.NowNs;

    /// <summary>Has something done on the lane's thread and waits for it. From any thread.</summary>
    public async Task DoAsync(Func<Task> act)
    {
        var done = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        Pacer.Post(_ => done.SetResult(act()));
        await await done.Task;
    }
}

/// <summary>Open connections by what they are for. Those of HTTP/2 and HTTP/3 belong to the platform's client, and are not known.</summary>
internal readonly record struct OpenConnections(int Http, int WebSocket)
{
    public static OpenConnections operator +(OpenConnections a, OpenConnections b) => new(a.Http + b.Http, a.WebSocket + b.WebSocket);

    public void CountIn(Measurement.HostReading? host)
    {
        if (host is not null)
            (host.Connections["http"], host.Connections["websocket"]) = (Http, WebSocket);
    }
}

/// <summary>What the lanes of a shard share.</summary>
/// <param name="Order">What was asked for.</param>
/// <param name="Origins">Where requests may go.</param>
/// <param name="Casting">Who does what.</param>
/// <param name="Slots">How many variables a user has.</param>
/// <param name="Feeders">How many feeders there are.</param>
/// <param name="LaneCount">How many lanes there are.</param>
internal sealed record RunParts(LoadOrder Order, Origins Origins, Casting Casting, int Slots, int Feeders, int LaneCount)
{
    /// <summary>How requests travel.</summary>
    public HttpSettings Http { get; } = Order.Plan.ScenarioConfig.Http ?? new HttpSettings();

    /// <summary>The most requests per second; null for no ceiling.</summary>
    public RateCeiling? Ceiling { get; } = Order.MaxRps is { } most ? new RateCeiling(most, Order.Share) : null;

    /// <summary>Arrivals and free users (open load).</summary>
    public WaitingRoom WaitingRoom { get; } = new(LaneCount);

    /// <summary>Iterations that are left, and users at work (closed load with so many iterations).</summary>
    public LimitedWork LimitedWork { get; } = new(Order, LaneCount);
}
