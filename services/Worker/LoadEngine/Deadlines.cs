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
    private Deadlined? _first;

    /// <summary>Begins the time of something. Armed again, it gets a new deadline.</summary>
    public void Arm(Deadlined item, long deadlineNs)
    {
        item.DeadlineNs = deadlineNs;
        if (item.IsArmed)
            return;
        item.IsArmed = true;
        (item.Before, item.After) = (null, _first);
        if (_first is not null)
            _first.Before = item;
        _first = item;
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
            _first = item.After;
        if (item.After is { } after)
            after.Before = item.Before;
        (item.Before, item.After) = (null, null);
    }

    /// <summary>Gives up what is over its time.</summary>
    public void GiveUpLate(long nowNs) => GiveUp(item => item.DeadlineNs <= nowNs, timedOut: true);

    /// <summary>Gives up everything.</summary>
    public void GiveUpAll() => GiveUp(_ => true, timedOut: false);

    // Who is given up goes on at once and changes the list, so it is collected first.
    private void GiveUp(Func<Deadlined, bool> which, bool timedOut)
    {
        List<Deadlined>? late = null;
        for (var item = _first; item is not null; item = item.After)
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
