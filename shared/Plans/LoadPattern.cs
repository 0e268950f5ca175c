using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>What a pattern's shape depends on besides the pattern itself.</summary>
/// <param name="Duration">The whole run, ramps included.</param>
/// <param name="MaxVirtualUsers">The most users at once; 1 or more.</param>
/// <param name="RampUp">For patterns that climb to a peak.</param>
/// <param name="RampDown">For patterns that fall from it.</param>
public sealed record LoadFrame(TimeSpan Duration, int MaxVirtualUsers, TimeSpan RampUp, TimeSpan RampDown)
{
    /// <summary>The plan's phases, in order.</summary>
    public IReadOnlyList<TestPhase> Phases { get; init; } = [];
}

/// <summary>Whether a pattern climbs and falls over a ramp-up and a ramp-down.</summary>
public enum RampUse
{
    /// <summary>It has no ramps; giving one is an error.</summary>
    Never,

    /// <summary>Only when given; absent ramps are zero.</summary>
    WhenGiven,

    /// <summary>Absent ramps are min(5 min, 30 %) up and min(2 min, 10 %) down.</summary>
    Always,
}

/// <summary>How the load runs over time. Each pattern turns itself into a <see cref="LoadShape"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ConstantLoad), "constant")]
[JsonDerivedType(typeof(LinearLoad), "linear")]
[JsonDerivedType(typeof(SpikeLoad), "spike")]
[JsonDerivedType(typeof(StepLoad), "step")]
[JsonDerivedType(typeof(StagesLoad), "stages")]
[JsonDerivedType(typeof(PhasedLoad), "phases")]
[JsonDerivedType(typeof(ConstantArrivalRate), "constant_arrival_rate")]
[JsonDerivedType(typeof(RampingArrivalRate), "ramping_arrival_rate")]
[JsonDerivedType(typeof(CapacitySearch), "capacity_search")]
[JsonDerivedType(typeof(SharedIterations), "shared_iterations")]
[JsonDerivedType(typeof(PerUserIterations), "per_user_iterations")]
public abstract record LoadPattern
{
    /// <summary>Whether the pattern takes a ramp-up and a ramp-down.</summary>
    internal virtual RampUse Ramps => RampUse.Never;

    /// <summary>The load over time, in the frame of one run.</summary>
    public abstract LoadShape Shape(LoadFrame frame);

    /// <summary>A shape of one level from the first instant to the end.</summary>
    protected static LoadShape Level(LoadUnit unit, double level, TimeSpan duration) => new(unit, level, [new Stage(duration, level)]);

    /// <summary>A shape that climbs from nobody to the frame's users, holds them, and falls to nobody again.</summary>
    protected static LoadShape Hill(LoadFrame frame) => new(LoadUnit.Users, 0,
    [
        new Stage(frame.RampUp, frame.MaxVirtualUsers),
        new Stage(frame.Duration - frame.RampUp - frame.RampDown, frame.MaxVirtualUsers),
        new Stage(frame.RampDown, 0),
    ]);
}

/// <summary>All users from the first instant to the end, unless ramps are given.</summary>
public sealed record ConstantLoad : LoadPattern
{
    internal override RampUse Ramps => RampUse.WhenGiven;

    /// <inheritdoc/>
    public override LoadShape Shape(LoadFrame frame) => frame.RampUp + frame.RampDown == TimeSpan.Zero
        ? Level(LoadUnit.Users, frame.MaxVirtualUsers, frame.Duration)
        : Hill(frame);
}

/// <summary>Ramp up from nobody, hold at the peak, ramp down to nobody.</summary>
public sealed record LinearLoad : LoadPattern
{
    internal override RampUse Ramps => RampUse.Always;

    /// <inheritdoc/>
    public override LoadShape Shape(LoadFrame frame) => Hill(frame);
}

/// <summary>A base load, a climb to the peak, a hold, a fall back, and the base load again until the end.</summary>
/// <param name="BaseLoadPercentage">The base load, in % of the peak: 10 to 100.</param>
/// <param name="PeakDuration">How long the peak holds.</param>
public sealed record SpikeLoad(
    double BaseLoadPercentage,
    [property: JsonPropertyName("peak_duration_minutes"), JsonConverter(typeof(MinutesConverter))] TimeSpan PeakDuration) : LoadPattern
{
    internal override RampUse Ramps => RampUse.Always;

    /// <inheritdoc/>
    public override LoadShape Shape(LoadFrame frame)
    {
        var low = frame.MaxVirtualUsers * BaseLoadPercentage / 100;
        var quiet = frame.Duration - frame.RampUp - PeakDuration - frame.RampDown;
        return new LoadShape(LoadUnit.Users, low,
        [
            new Stage(quiet / 2, low),
            new Stage(frame.RampUp, frame.MaxVirtualUsers),
            new Stage(PeakDuration, frame.MaxVirtualUsers),
            new Stage(frame.RampDown, low),
            new Stage(quiet - (quiet / 2), low),
        ]);
    }
}

/// <summary>Equal stairs up to the peak, the last one holding it.</summary>
/// <param name="Steps">How many stairs; 1 to 100.</param>
public sealed record StepLoad(int Steps) : LoadPattern
{
    /// <inheritdoc/>
    public override LoadShape Shape(LoadFrame frame)
    {
        var stairs = new List<Stage>();
        for (var step = 1; step <= Steps; step++)
        {
            var level = (double)frame.MaxVirtualUsers * step / Steps;
            stairs.Add(new Stage(TimeSpan.Zero, level));
            stairs.Add(new Stage((frame.Duration * step / Steps) - (frame.Duration * (step - 1) / Steps), level));
        }

        return new LoadShape(LoadUnit.Users, 0, stairs);
    }
}

/// <summary>Free legs, each to a number of users.</summary>
/// <param name="Stages">The legs, in order; the first starts from nobody.</param>
public sealed record StagesLoad(IReadOnlyList<Stage> Stages) : LoadPattern
{
    /// <inheritdoc/>
    public override LoadShape Shape(LoadFrame frame) => new(LoadUnit.Users, 0, Stages);
}

/// <summary>The users of the plan's phases.</summary>
public sealed record PhasedLoad : LoadPattern
{
    /// <inheritdoc/>
    public override LoadShape Shape(LoadFrame frame) => TestPhase.ShapeOf(frame.Phases);
}

/// <summary>Iterations begin at an even rate, whether or not earlier ones have ended.</summary>
/// <param name="Rate">Arrivals per second; above 0.</param>
/// <param name="Poisson">True: at random with this mean rate.</param>
public sealed record ConstantArrivalRate(double Rate, bool Poisson = false) : LoadPattern
{
    /// <inheritdoc/>
    public override LoadShape Shape(LoadFrame frame) =>
        Level(LoadUnit.ArrivalsPerSecond, Rate, frame.Duration) with { Poisson = Poisson };
}

/// <summary>Iterations begin at a rate that follows free legs.</summary>
/// <param name="StartRate">Arrivals per second at the first instant; 0 or more.</param>
/// <param name="Stages">The legs, in order, each to a rate per second.</param>
/// <param name="Poisson">True: at random with this mean rate.</param>
public sealed record RampingArrivalRate(double StartRate, IReadOnlyList<Stage> Stages, bool Poisson = false) : LoadPattern
{
    /// <inheritdoc/>
    public override LoadShape Shape(LoadFrame frame) =>
        new(LoadUnit.ArrivalsPerSecond, StartRate, Stages) { Poisson = Poisson };
}

/// <summary>A fixed number of iterations, dealt to whichever of the users is free; the duration is the latest end.</summary>
/// <param name="Iterations">How many in the whole run; 1 or more.</param>
public sealed record SharedIterations(long Iterations) : LoadPattern
{
    /// <inheritdoc/>
    public override LoadShape Shape(LoadFrame frame) =>
        Level(LoadUnit.Users, frame.MaxVirtualUsers, frame.Duration) with { SharedIterations = Iterations };
}

/// <summary>A fixed number of iterations for each user; the duration is the latest end.</summary>
/// <param name="Iterations">How many for each user; 1 or more.</param>
public sealed record PerUserIterations(int Iterations) : LoadPattern
{
    /// <inheritdoc/>
    public override LoadShape Shape(LoadFrame frame) =>
        Level(LoadUnit.Users, frame.MaxVirtualUsers, frame.Duration) with { IterationsPerUser = Iterations };
}
