using Loadstone.ServiceHost;

namespace Loadstone.Scheduler.Schedules;

/// <summary>
/// Begins runs when they are due. Any number of instances may look at once: the id of a run is made from its schedule and its time,
/// so only one of them can begin it, and an instance that dies between the run and the note of it is made up for by the next look.
/// With <c>LOADSTONE_SCHEDULES=hold</c> nothing begins; whoever looks without it later finds what was missed.
/// </summary>
public sealed class ScheduleClock(
    IDocumentStore store, RunRequests requests, IServiceProvider services, IConfiguration settings, TimeProvider time, ILogger<ScheduleClock> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly bool _isHeld = settings["LOADSTONE_SCHEDULES"] switch
    {
        null or "" => false,
        "hold" => true,
        _ => throw new InvalidOperationException("LOADSTONE_SCHEDULES must be hold, or not set"),
    };

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        time.RepeatAsync(Every, LookAsync, reason => log.LogWarning("The schedules cannot be looked after now: {Reason}", reason), stoppingToken);

    /// <summary>Does whatever is due by now, of each schedule at most one thing.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        if (_isHeld)
            return;
        await using var session = store.QuerySession();
        foreach (var schedule in await session.QueryAsync<Schedule>("where (d.data ->> 'is_active')::boolean", cancellation))
        {
            var previous = schedule.LastExecutionId is { } id ? await session.LoadAsync<Execution>(id, cancellation) : null;
            var next = ScheduleDecisions.Next(schedule, previous is { IsOver: false }, time.GetUtcNow());
            if (next is RunDue due)
                next = await BeginAsync(schedule, due.DueAt, cancellation);
            if (next is not null)
                await NoteAsync(schedule, next, cancellation);
        }
    }

    // A refusal is an answer, which stays in the schedule's history; a service that is away is asked again as long as it is still time.
    private async Task<object?> BeginAsync(Schedule schedule, DateTimeOffset dueAt, CancellationToken cancellation)
    {
        // A new one each time: its connections are not to live as long as this does.
        var configurations = services.GetRequiredService<IConfigurationClient>();
        try
        {
            var id = NamedGuid.Of($"schedule {schedule.Id} {dueAt.UtcDateTime:O}");
            await requests.BeginAsync(id, schedule.LastEditor, async () => new NewRun(
                await configurations.RunnableAsync(schedule.Body.ConfigurationId, new Dictionary<string, string?>(), cancellation).OrRefuseAsync(), null), cancellation);
            return new ScheduleRan(id, schedule.LastEditor, time.GetUtcNow(), dueAt);
        }
        catch (RefusalException e) when (e.Status < StatusCodes.Status500InternalServerError)
        {
            return new ScheduleSkipped(dueAt, 1, e.Message, time.GetUtcNow());
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && time.GetUtcNow() - dueAt <= ScheduleDecisions.OnTime)
        {
            log.LogWarning("The run of {DueAt} cannot begin yet: {Reason}", dueAt, e.Message);
            return null;
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return new ScheduleSkipped(dueAt, 1, "the platform could not begin it", time.GetUtcNow());
        }
    }

    // Whoever else looked, or edited, in the meantime has dealt with it; if not, the next look does.
    private async Task NoteAsync(Schedule seen, object happened, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession();
        session.SetHeader("actor", "scheduler");
        var stream = await session.Events.FetchForWriting<Schedule>(seen.Id, cancellation);
        if (stream.Aggregate is not { } now || (now.DoneUpTo, now.QueuedAt, now.LastEdition) != (seen.DoneUpTo, seen.QueuedAt, seen.LastEdition))
            return;
        stream.AppendOne(happened);
        try
        {
            await session.SaveChangesAsync(cancellation);
        }
        catch (ConcurrencyException)
        {
            log.LogDebug("Schedule {Id} was seen to by somebody else", seen.Id);
        }
    }
}
