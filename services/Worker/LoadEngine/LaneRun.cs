using System.Threading.Channels;
using Loadstone.LoadEngine.Loops;

namespace Loadstone.LoadEngine;

/// <summary>One lane of a run from start to end. Everything here happens on the lane's thread.</summary>
internal sealed class LaneRun : IAlarm
{
    private const long DrainNs = 10_000_000_000;
    private const long DeadlineCheckNs = 20_000_000;

    private readonly Lane _lane;
    private readonly LoadDriver _driver;
    private readonly LaneSeconds _seconds;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _loadNs;
    private long _loadLeftNs;
    private long _loadSinceNs;
    private long _giveUpAtNs = long.MaxValue;
    private int _endTicket;
    private readonly Action _endAll;
    private bool _paused;

    /// <param name="lane">The lane.</param>
    /// <param name="cuts">Where its seconds go.</param>
    /// <param name="whenWorkIsDone">Called when a load that ends with its work is done.</param>
    /// <param name="endAll">Called when this lane gave up, so that all do.</param>
    public LaneRun(Lane lane, ChannelWriter<Cut> cuts, Action whenWorkIsDone, Action endAll)
    {
        (_lane, _endAll) = (lane, endAll);
        if (lane.Run.Order.EndsAtStandstill)
            lane.Pacer.StoodStill += GiveUpAfter;
        var shape = lane.Run.Order.Plan.Shape;
        _driver = shape.Unit == Plans.LoadUnit.Users ? new ClosedLoad(lane) { WhenWorkIsDone = whenWorkIsDone } : new OpenLoad(lane);
        _seconds = new LaneSeconds(lane, _driver, cuts);
        _loadLeftNs = _loadNs = shape.Duration.Ticks * 100;
    }

    public Lane Lane => _lane;

    /// <summary>Complete when the load has ended; requests may still be on their way.</summary>
    public Task Ended => _ended.Task;

    /// <summary>True when it ended before its time.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>For how long it had stood still when it gave up; null when it did not.</summary>
    public TimeSpan? StoodStill { get; private set; }

    /// <summary>Complete when no user is at work any more. Ask only after <see cref="Ended"/>.</summary>
    public Task WhenAllGone() => _driver.WhenAllGone();

    /// <summary>Looks after time-outs from now on.</summary>
    public void KeepTime(long nowNs) => _lane.Pacer.Set(nowNs + DeadlineCheckNs, this);

    public void Start(long startNs, TakeOver? takeOver)
    {
        if (_driver.IsOver)
            return;
        var (joinNs, pausedNs) = (startNs + ((takeOver?.FirstSecond ?? 0) * 1_000_000_000L), (takeOver?.PausedFor.Ticks ?? 0) * 100);
        _seconds.Start(startNs, takeOver?.FirstSecond ?? 0);
        _loadLeftNs -= joinNs - startNs - pausedNs;
        SetEnd(joinNs);
        _driver.Start(startNs + pausedNs, takeOver is null ? null : joinNs);
        if (!_paused)
            return;
        // It was held before it had begun.
        _paused = false;
        Pause(Math.Max(joinNs, _lane.NowNs));
    }

    public void Pause(long nowNs)
    {
        if (_paused || _driver.IsOver)
            return;
        _paused = true;
        if (_endTicket == 0)
            return;
        _driver.Pause(nowNs);
        _seconds.LoadRests(nowNs);
        _loadLeftNs -= nowNs - _loadSinceNs;
        _endTicket++;
    }

    public void Resume(long nowNs)
    {
        if (!_paused || _driver.IsOver)
            return;
        _paused = false;
        if (_endTicket == 0)
            return;
        _seconds.LoadGoesOn(nowNs);
        SetEnd(nowNs);
        _driver.Resume(nowNs);
    }

    /// <summary>Goes on by another shape, and ends when that does.</summary>
    public void Steer(Plans.LoadShape shape, long nowNs)
    {
        if (_driver.IsOver)
            return;
        var loadNs = shape.Duration.Ticks * 100;
        _loadLeftNs += loadNs - _loadNs;
        _loadNs = loadNs;
        if (_endTicket > 0 && !_paused)
            SetEnd(_loadSinceNs);
        _driver.Steer(shape, nowNs);
    }

    public void End(long loadEndNs, bool cancelled)
    {
        if (_driver.IsOver)
            return;
        IsCancelled = cancelled;
        _seconds.LoadRests(loadEndNs);
        _driver.End(cancelled);
        _giveUpAtNs = _lane.NowNs + DrainNs;
        _ended.TrySetResult();
    }

    // Nothing was done while it stood still, so that is when the load ended.
    private void GiveUpAfter(long silentNs)
    {
        if (_endTicket == 0 || _driver.IsOver)
            return;
        StoodStill = TimeSpan.FromTicks(silentNs / 100);
        End(_lane.NowNs - silentNs, cancelled: true);
        _endAll();
    }

    /// <summary>Cuts the last second.</summary>
    public void Finish(long nowNs) => _seconds.Finish(nowNs);

    /// <summary>Closes what is open, at once.</summary>
    public void Close()
    {
        _lane.Deadlines.GiveUpAll();
        foreach (var user in _lane.Users)
            user.Disconnect();
        _lane.Channels.Close();
    }

    public void Ring(long nowNs, int ticket)
    {
        if (ticket > 0)
            RingEnd(nowNs, ticket);
        else
            CheckDeadlines(nowNs);
    }

    private void CheckDeadlines(long nowNs)
    {
        if (nowNs >= _giveUpAtNs)
            _lane.Deadlines.GiveUpAll();
        else
            _lane.Deadlines.GiveUpLate(nowNs);
        _lane.Pacer.Set(nowNs + DeadlineCheckNs, this);
    }

    private void SetEnd(long loadSinceNs)
    {
        _loadSinceNs = loadSinceNs;
        _lane.Pacer.Set(loadSinceNs + _loadLeftNs, this, ++_endTicket);
    }

    // An end that was set before a pause is void.
    private void RingEnd(long nowNs, int ticket)
    {
        if (ticket == _endTicket)
            End(Math.Min(nowNs, _loadSinceNs + _loadLeftNs), cancelled: false);
    }
}
