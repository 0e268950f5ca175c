using System.Threading.Tasks.Sources;
using Loadstone.LoadEngine.Http;

namespace Loadstone.LoadEngine;

/// <summary>
/// One virtual user: its data, its connections, its random numbers, and its turn to wait. Everything here belongs to whatever
/// thread runs the user at the moment — there is never more than one — but for <see cref="Ring"/> and the
/// interrupts, which end its waiting from outside, and what <see cref="GiveUp"/> touches.
/// </summary>
internal sealed class VirtualUser : IAlarm, IValueTaskSource
{
    private readonly Pacer _pacer;
    private readonly int _seed;
    private readonly List<HttpConnection> _connections = new(1);
    private readonly CookieJar _cookies;
    private VirtualUser[] _strands = [];
    private ManualResetValueTaskSourceCore<bool> _turn;
    private int _ticket;

    // Crosses threads: the ticket the user waits on; whoever sets it back to 0 ends the waiting. Negative: it must not wait any more.
    private int _waitingOn;

    // Crosses threads: the ticket of the last waiting between iterations.
    private int _idleTicket;

    public VirtualUser(int number, int seed, Pacer pacer, Recorder.Stripe stripe, int slots, int feeders)
    {
        (Number, _seed, _pacer, Stripe) = (number, seed, pacer, stripe);
        Random = SplitMix.Of(seed, number);
        Variables = new string?[slots];
        Rows = new int[feeders];
        _cookies = new CookieJar();
    }

    private VirtualUser(VirtualUser parent)
    {
        (Number, _seed, _pacer, Stripe) = (parent.Number, parent._seed, parent._pacer, parent.Stripe);
        (Variables, Rows, _cookies) = (parent.Variables, parent.Rows, parent._cookies);
        Random = new SplitMix(parent.Random.Next());
    }

    /// <summary>The user's number over all shards, from 0.</summary>
    public int Number { get; }

    /// <summary>Where the user records.</summary>
    public Recorder.Stripe Stripe { get; }

    /// <summary>The iterations begun, the present one included.</summary>
    public long Iteration { get; set; }

    /// <summary>When the user was last ready for work; what came due before is not the generator's lag.</summary>
    public long FreeSinceNs { get; set; }

    /// <summary>When the arrival it was given is due (open load).</summary>
    public long ArrivalDueNs { get; set; }

    /// <summary>The number of that arrival in the whole run, from 0.</summary>
    public long ArrivalNumber { get; set; }

    /// <summary>Who makes the user work at present.</summary>
    public LoadDriver? Driver { get; set; }

    /// <summary>True when no further step may begin.</summary>
    public bool IsOver => Driver is { IsOver: true };

    /// <summary>The variables, each in its slot.</summary>
    public string?[] Variables { get; }

    /// <summary>The row of each feeder for the present iteration.</summary>
    public int[] Rows { get; }

    /// <summary>Where bodies are put together.</summary>
    public ByteWriter Scratch { get; } = new();

    public long NowNs => _pacer.NowNs;

    /// <summary>The user's source of random numbers; a field, because drawing changes it.</summary>
    public ref SplitMix Random => ref _random;

    private SplitMix _random;

    /// <summary>Random numbers for what the user draws once and keeps: the same ones each time it is asked for the same lot.</summary>
    public SplitMix Lot(int lot) => SplitMix.Of(_seed, ((lot + 1L) << 32) + Number);

    /// <summary>The user's connection to an origin, open or not.</summary>
    public HttpConnection ConnectionTo(Origin origin)
    {
        foreach (var connection in _connections)
        {
            if (ReferenceEquals(connection.Origin, origin))
                return connection;
        }

        var made = new HttpConnection(origin);
        lock (_connections)
            _connections.Add(made);
        return made;
    }

    /// <summary>
    /// One of the user's strands, made when first asked for: it does a step beside others, with the user's data and cookies but
    /// connections, random numbers and a turn to wait of its own.
    /// </summary>
    public VirtualUser Strand(int place)
    {
        lock (_connections)
        {
            while (_strands.Length <= place)
                _strands = [.. _strands, new VirtualUser(this) { _waitingOn = Math.Min(0, Volatile.Read(ref _waitingOn)) }];
        }

        var strand = _strands[place];
        (strand.Iteration, strand.FreeSinceNs, strand.Driver) = (Iteration, FreeSinceNs, Driver);
        return strand;
    }

    /// <summary>Gives up a request that is over its time, or any when <paramref name="always"/>. From any thread.</summary>
    public void GiveUp(long nowNs, bool always)
    {
        lock (_connections)
        {
            foreach (var connection in _connections)
                connection.GiveUp(nowNs, always);
            foreach (var strand in _strands)
                strand.GiveUp(nowNs, always);
        }
    }

    /// <summary>True once a target has set a cookie.</summary>
    public bool HasCookies => _cookies.HasAny;

    /// <summary>The value of the Cookie header for a request (RFC 6265 §5.4); null for none.</summary>
    public string? CookiesFor(Uri url) => _cookies.HeaderFor(url);

    /// <summary>Keeps the cookies of an answer.</summary>
    public void TakeCookies(Uri url, IEnumerable<string> setCookies) => _cookies.Take(url, setCookies);

    /// <summary>Waits until an instant, or until interrupted; the user then goes on right on the thread that rang.</summary>
    /// <param name="dueNs">The instant, by the pacer's clock.</param>
    /// <param name="idle">True between iterations, where <see cref="InterruptIdle"/> may end the waiting.</param>
    public ValueTask WaitUntil(long dueNs, bool idle = false)
    {
        if (dueNs <= NowNs || !TryBeginWaiting(idle, out var ticket))
            return ValueTask.CompletedTask;
        _pacer.Set(dueNs, this, ticket);
        return new ValueTask(this, _turn.Version);
    }

    /// <summary>Waits, between iterations, until interrupted. Complete at once when the run is over.</summary>
    public ValueTask WaitIdle() => TryBeginWaiting(idle: true, out _) ? new ValueTask(this, _turn.Version) : ValueTask.CompletedTask;

    public void Ring(long nowNs, int ticket) => EndWaiting(ticket);

    /// <summary>Ends the waiting of a user that is between iterations. From any thread.</summary>
    public void InterruptIdle() => EndWaiting(Volatile.Read(ref _idleTicket));

    /// <summary>Ends the present waiting and every later one: the run is over. From any thread.</summary>
    public void InterruptForGood()
    {
        if (Interlocked.Exchange(ref _waitingOn, -1) > 0)
            _turn.SetResult(true);
        VirtualUser[] strands;
        lock (_connections)
            strands = _strands;
        foreach (var strand in strands)
            strand.InterruptForGood();
    }

    /// <summary>Closes the connections and forgets the cookies. The user is then as good as new.</summary>
    public void Disconnect()
    {
        foreach (var connection in _connections)
            connection.Dispose();
        foreach (var strand in _strands)
            strand.Disconnect();
        _cookies.Forget();
    }

    void IValueTaskSource.GetResult(short token) => _turn.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _turn.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _turn.OnCompleted(continuation, state, token, flags);

    // Each waiting has a ticket of its own, so that nobody ends a later one by mistake.
    private bool TryBeginWaiting(bool idle, out int ticket)
    {
        ticket = _ticket = _ticket == int.MaxValue ? 1 : _ticket + 1;
        _turn.Reset();
        if (idle)
            Volatile.Write(ref _idleTicket, ticket);
        return Interlocked.CompareExchange(ref _waitingOn, ticket, 0) == 0;
    }

    private void EndWaiting(int ticket)
    {
        if (ticket > 0 && Interlocked.CompareExchange(ref _waitingOn, 0, ticket) == ticket)
            _turn.SetResult(true);
    }
}
