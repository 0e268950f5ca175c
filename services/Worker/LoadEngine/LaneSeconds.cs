using System.Threading.Channels;
using Loadstone.LoadEngine.Loops;

namespace Loadstone.LoadEngine;

/// <summary>What one lane recorded in one second.</summary>
/// <param name="Lane">The lane's index.</param>
/// <param name="Sequence">The second, from 0.</param>
/// <param name="Counters">What was recorded.</param>
/// <param name="Users">Users at work at its end.</param>
/// <param name="Open">Connections that are open at its end.</param>
/// <param name="LoadSeconds">For how long of it load was due.</param>
/// <param name="DelayNs">How much later than the second's end it was cut.</param>
/// <param name="IsLast">True when no other comes from this lane.</param>
internal readonly record struct Cut(int Lane, int Sequence, Recorder.Counters Counters, int Users, OpenConnections Open, double LoadSeconds, long DelayNs, bool IsLast);

/// <summary>Cuts one lane's part of the run into seconds. A cut takes microseconds; whatever else is to be done with it happens elsewhere.</summary>
internal sealed class LaneSeconds(Lane lane, LoadDriver driver, ChannelWriter<Cut> cuts) : IAlarm
{
    private const long SecondNs = 1_000_000_000;

    private long _startNs;
    private int _sequence;
    private long _loadSinceNs;
    private long _loadNs;
    private bool _finished;

    private long NextCutNs => _startNs + ((_sequence + 1) * SecondNs);

    public void Start(long startNs, int first)
    {
        (_startNs, _sequence) = (startNs, first);
        LoadGoesOn(startNs + (first * SecondNs));
        lane.Pacer.Set(NextCutNs, this);
    }

    /// <summary>From now on load is due.</summary>
    public void LoadGoesOn(long nowNs) => _loadSinceNs = nowNs;

    /// <summary>From now on no load is due.</summary>
    public void LoadRests(long nowNs)
    {
        if (_loadSinceNs > 0)
            _loadNs += nowNs - _loadSinceNs;
        _loadSinceNs = 0;
    }

    public void Ring(long nowNs, int ticket)
    {
        if (_finished)
            return;
        // After a standstill several seconds are over: the first has all that happened, the others are empty.
        while (NextCutNs <= nowNs)
            CutAt(NextCutNs);
        driver.EverySecond(nowNs);
        lane.Pacer.Set(NextCutNs, this);
    }

    /// <summary>Cuts what is left, when nobody records any more.</summary>
    public void Finish(long nowNs)
    {
        _finished = true;
        CutAt(nowNs);
    }

    private void CutAt(long atNs)
    {
        if (_loadSinceNs > 0)
        {
            LoadRests(atNs);
            LoadGoesOn(atNs);
        }

        cuts.TryWrite(new Cut(lane.Index, _sequence++, lane.Stripe.Cut(), driver.AtWork, lane.Open, Math.Max(0, _loadNs) / (double)SecondNs, Math.Max(0, lane.NowNs - atNs), _finished));
        _loadNs = 0;
    }
}
