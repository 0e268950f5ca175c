namespace Loadstone.LoadEngine;

/// <summary>Something on its way that must not take for ever: a request, a connection.</summary>
internal abstract class Deadlined
{
    internal Deadlined? Before { get; set; }

    internal Deadlined? After { get; set; }

    internal long DeadlineNs { get; set; }

    /// <summary>True from <see cref="Deadlines.Arm"/> to <see cref="Deadlines.Disarm"/>.</summary>
    internal bool IsArmed { get; set; }

    /// <summary>Breaks off what is on its way, which then ends as timed out, or as aborted.</summary>
    public abstract void GiveUp(bool timedOut);
}

/// <summary>All that is on its way in one lane. Looking through it now and then costs as much as there is, however many users wait.</summary>
internal sealed class Deadlines
{
    // What has a time limit, and what has none but the end of the run: that need not be looked through.
    private Deadlined? _first;
    private Deadlined? _endless;

    /// <summary>Begins the time of something. Armed again, it gets a new deadline; <see cref="long.MaxValue"/> is the end of the run.</summary>
    public void Arm(Deadlined item, long deadlineNs)
    {
        if (item.IsArmed && (item.DeadlineNs == long.MaxValue) != (deadlineNs == long.MaxValue))
            Disarm(item);
        item.DeadlineNs = deadlineNs;
        if (item.IsArmed)
            return;
        item.IsArmed = true;
        ref var first = ref ListOf(item);
        (item.Before, item.After) = (null, first);
        if (first is not null)
            first.Before = item;
        first = item;
    }

    /// <summary>Ends the time of something; nothing when it has none.</summary>
    public void Disarm(Deadlined item)
    {
        if (!item.IsArmed)
            return;
        item.IsArmed = false;
        if (item.Before is { } before)
            before.After = item.After;
        else
            ListOf(item) = item.After;
        if (item.After is { } after)
            after.Before = item.Before;
        (item.Before, item.After) = (null, null);
    }

    /// <summary>Gives up what is over its time.</summary>
    public void GiveUpLate(long nowNs) => GiveUp(_first, item => item.DeadlineNs <= nowNs, timedOut: true);

    /// <summary>Gives up everything.</summary>
    public void GiveUpAll()
    {
        GiveUp(_first, _ => true, timedOut: false);
        GiveUp(_endless, _ => true, timedOut: false);
    }

    private ref Deadlined? ListOf(Deadlined item) => ref item.DeadlineNs == long.MaxValue ? ref _endless : ref _first;

    // Who is given up goes on at once and changes the list, so it is collected first.
    private static void GiveUp(Deadlined? first, Func<Deadlined, bool> which, bool timedOut)
    {
        List<Deadlined>? late = null;
        for (var item = first; item is not null; item = item.After)
        {
            if (which(item))
                (late ??= []).Add(item);
        }

        foreach (var item in late ?? [])
        {
            if (item.IsArmed && which(item))
                item.GiveUp(timedOut);
        }
    }
}
