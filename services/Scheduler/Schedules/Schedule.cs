using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Scheduler.Schedules;

// The life of a schedule.

public sealed record ScheduleCreated(Guid Id, ScheduleBody Schedule, string By, DateTimeOffset At);

public sealed record ScheduleChanged(ScheduleBody Schedule, string By, DateTimeOffset At);

/// <summary>A run was begun: at the time it was due, or by somebody in between.</summary>
public sealed record ScheduleRan(Guid ExecutionId, string By, DateTimeOffset At, DateTimeOffset? DueAt = null);

/// <summary>A time came while the run before went on; its run begins when that is over.</summary>
public sealed record ScheduleQueued(DateTimeOffset DueAt, DateTimeOffset At);

/// <summary>So many times came, the last at <paramref name="DueAt"/>, and nothing was begun.</summary>
public sealed record ScheduleSkipped(DateTimeOffset DueAt, int Times, string Reason, DateTimeOffset At);

public sealed record ScheduleDeactivated(string By, DateTimeOffset At);

/// <summary>What happens to a run whose time came while nobody could start it.</summary>
public enum MissedRuns
{
    Skip,
    RunOnce,
}

/// <summary>What happens to a run whose time comes while the one before goes on.</summary>
public enum OverlappingRuns
{
    Skip,
    Queue,
    RunBeside,
}

/// <summary>A configuration that is to be run at certain times (requirements R1.12).</summary>
public sealed record Schedule : Resource
{
    public required ScheduleBody Body { get; init; }

    public Guid? LastExecutionId { get; init; }

    /// <summary>Up to when all times are dealt with.</summary>
    public DateTimeOffset DoneUpTo { get; init; }

    /// <summary>The time whose run waits for the run before; null for none.</summary>
    public DateTimeOffset? QueuedAt { get; init; }

    public string LastEditor { get; init; } = "";

    protected override object BodyToShow => Body;

    protected override JsonObject MoreToShow => new()
    {
        ["next_run_at"] = IsActive ? Body.Timing?.NextAfter(TimeProvider.System.GetUtcNow()) : null,
        ["last_execution_id"] = LastExecutionId,
    };

    public static Schedule Create(IEvent<ScheduleCreated> e) => new()
    {
        Id = e.Data.Id,
        Body = e.Data.Schedule,
        CreatedBy = e.Data.By,
        CreatedAt = e.Data.At,
        UpdatedAt = e.Data.At,
        DoneUpTo = e.Data.At,
        LastEditor = e.Data.By,
        LastEdition = e.Version,
    };

    public static Schedule Apply(IEvent<ScheduleChanged> e, Schedule before) => before with
    {
        IsActive = true,
        Body = e.Data.Schedule,
        UpdatedAt = e.Data.At,
        DoneUpTo = e.Data.At,
        QueuedAt = null,
        LastEditor = e.Data.By,
        LastEdition = e.Version,
    };

    public static Schedule Apply(ScheduleRan e, Schedule before) => e.DueAt is { } due
        ? before with { LastExecutionId = e.ExecutionId, DoneUpTo = Later(due, before.DoneUpTo), QueuedAt = null }
        : before with { LastExecutionId = e.ExecutionId };

    public static Schedule Apply(ScheduleQueued e, Schedule before) => before with { DoneUpTo = e.DueAt, QueuedAt = e.DueAt };

    public static Schedule Apply(ScheduleSkipped e, Schedule before) => before with { DoneUpTo = e.DueAt };

    public static Schedule Apply(IEvent<ScheduleDeactivated> e, Schedule before) =>
        before with { IsActive = false, QueuedAt = null, UpdatedAt = e.Data.At, LastEdition = e.Version };

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

/// <summary>A schedule as its author wrote it.</summary>
public sealed record ScheduleBody
{
    public Guid ConfigurationId { get; init; }

    public string CronExpression { get; init; } = "";

    public string TimeZone { get; init; } = Timing.Utc;

    public MissedRuns MissedRuns { get; init; }

    public OverlappingRuns OverlappingRuns { get; init; }

    internal Timing? Timing => Timing.Of(CronExpression, TimeZone);

    public static ScheduleBody Read(DocumentNode node)
    {
        var body = new ScheduleBody
        {
            ConfigurationId = node.RequiredId("configuration_id", "a configuration"),
            CronExpression = node.RequiredText("cron_expression"),
            TimeZone = node.Text("time_zone") ?? Timing.Utc,
            MissedRuns = node.OneOf<MissedRuns>("missed_runs") ?? MissedRuns.Skip,
            OverlappingRuns = node.OneOf<OverlappingRuns>("overlapping_runs") ?? OverlappingRuns.Skip,
        };
        if (!Timing.IsZone(body.TimeZone))
            node.Error("time_zone", "must be the name of a time zone, such as UTC or Europe/Berlin");
        if (body.CronExpression.Length > 0 && Timing.WrongWith(body.CronExpression) is { } wrong)
            node.Error("cron_expression", wrong);
        return body;
    }
}
