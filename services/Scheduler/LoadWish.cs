using System.Globalization;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

/// <summary>What somebody wants a running load to be: other users, another rate, or the next phase.</summary>
internal sealed record LoadWish(int? Users, double? Rate, bool SkipPhase)
{
    // Long enough for every worker to hear of it, so that all make the change at the same instant.
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(1);

    /// <summary>To be read after the run's name.</summary>
    public string InWords => SkipPhase ? "goes on to its next phase"
        : string.Create(CultureInfo.InvariantCulture, $"goes to {(Users is { } users ? $"{users} virtual user{(users == 1 ? "" : "s")}" : $"{Rate} arrivals per second")}");

    private double? Target => Users ?? Rate;

    public static LoadWish Read(DocumentNode body)
    {
        var wish = new LoadWish(body.Whole("users", 0, 100_000), body.Number("rate", 0, 1_000_000), body.Flag("skip_phase", false));
        if (new[] { body.Has("users"), body.Has("rate"), wish.SkipPhase }.Count(given => given) != 1)
            body.Error(body.Has("rate") ? "rate" : "users", "or another one of users, rate and skip_phase: true must be given, and no more than one");
        return wish;
    }

    /// <summary>The change it comes to, or a refusal.</summary>
    /// <param name="x">The run.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="now">When.</param>
    public IEnumerable<object> Decide(Execution x, ServiceHost.Caller caller, DateTimeOffset now)
    {
        ExecutionDecisions.MustBeGoingOn(x, "steered", now);
        var isPaused = x.Phase == ExecutionPhase.Paused;
        var (at, load) = (x.Elapsed(now) + (isPaused ? TimeSpan.Zero : Lead), x.Load);
        Check(x, load, at);
        if (x.Request.Configuration.IsProduction && Target > load.Shape.At(at) && !caller.Roles.Contains("admin"))
            throw new RefusalException(StatusCodes.Status403Forbidden, $"{x.Request.Configuration.Environment} is a production environment: only an administrator may raise the load there.");
        yield return new LoadChanged(
            caller.User, Math.Round(at.TotalSeconds, 3), Users, Rate, SkipPhase ? TestPhase.At(load.Phases, at)!.Name : null, isPaused, now);
    }

    private void Check(Execution x, SteeredLoad load, TimeSpan at)
    {
        var isOpen = load.Shape.Unit == LoadUnit.ArrivalsPerSecond;
        if (load.Shape.SharedIterations is not null || load.Shape.IterationsPerUser is not null)
            throw Conflict("runs a number of iterations, so there is no load over time to change");
        if (x.Plan.LoadPattern is CapacitySearch)
            throw Conflict("searches the capacity by itself");
        if (at >= load.Shape.Duration)
            throw Conflict("is about to end");
        if (SkipPhase && !load.HasPhaseAfter(at))
            throw Conflict(load.Phases.Count == 0 ? "has no phases" : "is in its last phase: stop it instead");
        if (Rate is { } rate && !isOpen)
            throw RefusalException.Field("rate", "is for loads of arrivals: this one is of virtual users, so give users");
        if (Users is not null && isOpen)
            throw RefusalException.Field("users", "is for loads of virtual users: this one is of arrivals, so give rate");
        if (Users > x.Plan.MaxVirtualUsers)
            throw RefusalException.Field("users", $"must be at most {x.Plan.MaxVirtualUsers}, the plan's max_virtual_users: the workers made room for no more");
        if (Rate > x.Request.Configuration.MaxRps)
            throw RefusalException.Field("rate", string.Create(CultureInfo.InvariantCulture,
                $"must be at most {x.Request.Configuration.MaxRps}, the max_rps of {x.Request.Configuration.Environment}; an administrator may raise it"));
    }

    private static RefusalException Conflict(string why) => new(StatusCodes.Status400BadRequest, $"The execution {why}, so it cannot be steered.");
}
