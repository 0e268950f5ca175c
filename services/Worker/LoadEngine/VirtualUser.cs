using Loadstone.LoadEngine.Http;
using Loadstone.LoadEngine.Loops;

namespace Loadstone.LoadEngine;

/// <summary>
/// One virtual user: its data, its connections, its random numbers, and its turn to wait. It lives in its lane and is touched
/// by the lane's thread only, but for the arrival it is given (see <see cref="WaitingRoom"/>).
/// </summary>
internal sealed class VirtualUser : IAlarm
{
    private readonly int _seed;
    private readonly List<HttpChannel> _connections = new(1);
    private readonly Turn _turn = new();
    private readonly CookieJar _cookies;
    private VirtualUser[] _strands = [];
    private int _ticket;
    private bool _idle;
    private bool _over;
    private SplitMix _random;

    public VirtualUser(int number, int seed, Lane lane, int slots, int feeders)
    {
        (Number, _seed, Lane) = (number, seed, lane);
        _random = SplitMix.Of(seed, number);
        Variables = new string?[slots];
        Rows = new int[feeders];
        _cookies = new CookieJar();
        Scratch = new ByteWriter(lane.Pages);
    }

    private VirtualUser(VirtualUser parent)
    {
        (Number, _seed, Lane, _over) = (parent.Number, parent._seed, parent.Lane, parent._over);
        (Variables, Rows, _cookies) = (parent.Variables, parent.Rows, parent._cookies);
        _random = new SplitMix(parent._random.Next());
        Scratch = new ByteWriter(parent.Lane.Pages);
    }

    /// <summary>The user's number over all shards, from 0.</summary>
    public int Number { get; }

    /// <summary>Where the user lives.</summary>
    public Lane Lane { get; }

    /// <summary>Where the user records.</summary>
    public Recorder.Stripe Stripe => Lane.Stripe;

    /// <summary>The iterations begun, the present one included.</summary>
    public long Iteration { get; set; }

    /// <summary>When the user was last ready for work; what came due before is not the generator's lag.</summary>
    public long FreeSinceNs { get; set; }

    /// <summary>The arrival it was given and has not begun (open load).</summary>
    public Arrival? Given { get; set; }

    /// <summary>Who makes the user work at present.</summary>
    public LoadDriver? Driver { get; set; }

    /// <summary>True when no further step may begin.</summary>
    public bool IsOver => _over || Driver is { IsOver: true };

    /// <summary>The variables, each in its slot.</summary>
    public string?[] Variables { get; }

    /// <summary>The row of each feeder for the present iteration.</summary>
    public int[] Rows { get; }

    /// <summary>The file that is being uploaded; null while there is none.</summary>
    public Uploads.UploadFile? Upload { get; set; }

    /// <summary>Where bodies are put together.</summary>
    public ByteWriter Scratch { get; }

    public long NowNs => Lane.NowNs;

    /// <summary>The user's source of random numbers; a reference, because drawing changes it.</summary>
    public ref SplitMix Random => ref _random;

    /// <summary>Random numbers for what the user draws once and keeps: the same ones each time it is asked for the same lot.</summary>
    public SplitMix Lot(int lot) => SplitMix.Of(_seed, ((lot + 1L) << 32) + Number);

    /// <summary>The user's own channel to an origin, open or not.</summary>
    public HttpChannel ChannelTo(Origin origin)
    {
        foreach (var connection in _connections)
        {
            if (ReferenceEquals(connection.Origin, origin))
                return connection;
        }

        var made = Lane.Channels.NewFor(origin);
        _connections.Add(made);
        return made;
    }

    /// <summary>
    /// One of the user's strands, made when first asked for: it does a step beside others, with the user's data and cookies but
    /// connections, random numbers and a turn to wait of its own.
    /// </summary>
    public VirtualUser Strand(int place)
    {
        while (_strands.Length <= place)
            _strands = [.. _strands, new VirtualUser(this)];
        var strand = _strands[place];
        (strand.Iteration, strand.FreeSinceNs, strand.Driver) = (Iteration, FreeSinceNs, Driver);
        return strand;
    }

    /// <summary>True once a target has set a cookie.</summary>
    public bool HasCookies => _cookies.HasAny;

    /// <summary>The value of the Cookie header for a request (RFC 6265 §5.4); null for none.</summary>
    public string? CookiesFor(Uri url) => _cookies.HeaderFor(url);

    /// <summary>Keeps the cookies of an answer.</summary>
    public void TakeCookies(Uri url, IEnumerable<string> setCookies) => _cookies.Take(url, setCookies);

    /// <summary>Waits until an instant, or until interrupted; the user then goes on right where the pacer rang.</summary>
    /// <param name="dueNs">The instant, by the pacer's clock.</param>
    /// <param name="idle">True between iterations, where <see cref="InterruptIdle"/> may end the waiting.</param>
    public ValueTask WaitUntil(long dueNs, bool idle = false)
    {
        if (_over || dueNs <= NowNs)
            return ValueTask.CompletedTask;
        Lane.Pacer.Set(dueNs, this, ++_ticket);
        _idle = idle;
        return _turn.Begin();
    }

    /// <summary>Waits until the ceiling lets a request go. Returns when it is then due, or null when the run is over.</summary>
    public async ValueTask<long?> HoldAsync(RateCeiling ceiling, int operation, long dueNs)
    {
        var held = false;
        while (!IsOver)
        {
            var tokenNs = ceiling.Take(NowNs);
            if (tokenNs > NowNs && !held)
            {
                held = true;
                Stripe.Held(operation);
            }

            await WaitUntil(tokenNs);
            if (!IsOver && !ceiling.HasLapsed(tokenNs, NowNs))
                return held ? Math.Max(dueNs, tokenNs) : dueNs;
        }

        return null;
    }

    /// <summary>Waits, between iterations, until interrupted. Complete at once when the run is over.</summary>
    public ValueTask WaitIdle()
    {
        if (_over)
            return ValueTask.CompletedTask;
        _ticket++;
        _idle = true;
        return _turn.Begin();
    }

    public void Ring(long nowNs, int ticket)
    {
        // Alarms of waitings that were interrupted are void.
        if (ticket == _ticket)
            EndWaiting();
    }

    /// <summary>Ends the waiting of a user that is between iterations.</summary>
    public void InterruptIdle()
    {
        if (_idle)
            EndWaiting();
    }

    /// <summary>Ends the present waiting and every later one: the run is over.</summary>
    public void InterruptForGood()
    {
        _over = true;
        EndWaiting();
        foreach (var strand in _strands)
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

    /// <summary>Ends the present waiting, whatever for.</summary>
    public void EndWaiting()
    {
        _idle = false;
        _ticket++;
        _turn.End();
    }
}
