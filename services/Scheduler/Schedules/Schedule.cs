using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Scheduler.Schedules;

// The life of a schedule.

public sealed record ScheduleCreated(Guid Id, ScheduleBody Schedule, string By, DateTimeOffset At);

public sealed record ScheduleChanged(ScheduleBody Schedule, string By, DateTimeOffset At);

public sealed record ScheduleRan(Guid ExecutionId, string By, DateTimeOffset At);

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

    public long LastEdition { get; init; }

    // A run changes nothing that an author wrote.
    public override long Edition => LastEdition;

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
        LastEdition = e.Version,
    };

    public static Schedule Apply(IEvent<ScheduleChanged> e, Schedule before) =>
        before with { IsActive = true, Body = e.Data.Schedule, UpdatedAt = e.Data.At, LastEdition = e.Version };

    public static Schedule Apply(ScheduleRan e, Schedule before) => before with { LastExecutionId = e.ExecutionId };

    public static Schedule Apply(IEvent<ScheduleDeactivated> e, Schedule before) =>
        before with { IsActive = false, UpdatedAt = e.Data.At, LastEdition = e.Version };
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
        var configuration = node.RequiredText("configuration_id");
        if (!Guid.TryParse(configuration, out var id) && configuration.Length > 0)
            node.Error("configuration_id", "must be the id of a configuration");
        var body = new ScheduleBody
        {
            ConfigurationId = id,
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
