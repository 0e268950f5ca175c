using Loadstone.LoadEngine.Http;
using Loadstone.LoadEngine.Loops;

namespace Loadstone.LoadEngine.WebSockets;

/// <summary>
/// One WebSocket connection of one user from opening to close. Its user sends; a second flow on the same thread receives,
/// until either side closes or the connection breaks. Messages go out when they are due, whether or not earlier ones were answered.
/// </summary>
internal sealed partial class WebSocketSession : IDisposable
{
    private const double NsPerMinute = 60e9;

    private readonly WebSocketOperation _step;
    private readonly VirtualUser _user;
    private readonly HttpConnection _http;
    private readonly WebSocketConnection _socket;
    private readonly List<PendingReply> _pending = new(1);
    private readonly Turn _allAnswered = new();
    private long _received;
    private bool _failed;
    private bool _closing;

    // Sends that nobody waits for before the close.
    private readonly List<Task> _onTheirWay = [];

    // Why nothing comes in any more; null while something may.
    private string? _over;

    public WebSocketSession(WebSocketOperation step, VirtualUser user)
    {
        (_step, _user) = (step, user);
        _http = new HttpConnection(step.Origin, user.Lane) { TakesUpgrade = true };
        _socket = new WebSocketConnection(_http, user);
    }

    // Nothing may follow the good-bye.
    private bool MayGoOn => _over is null && !_closing && !_user.IsOver;

    public async ValueTask<StepOutcome> RunAsync(long dueNs)
    {
        if (await HoldAsync(_step.Parts.Open, dueNs) is not { } openDueNs)
            return new StepOutcome(_user.NowNs, Failed: false) { EndsIteration = true };
        if (!await OpenAsync(openDueNs))
            return new StepOutcome(_user.NowNs, Failed: true);
        var openNs = _user.NowNs;
        var receiving = ReceiveAllAsync();
        if (_step.Step.PingInterval is { } every)
            _user.Lane.Pacer.Set(openNs + (every.Ticks * 100), new Pinging(this, every.Ticks * 100));
        await TalkAsync(openNs);
        CheckExpectation(_user.NowNs - openNs);
        await CloseAsync(receiving);
        return new StepOutcome(_user.NowNs, _failed);
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Sends a ping and sets the next, while the connection is open.</summary>
    public void Ping(long nextNs, IAlarm again)
    {
        if (!MayGoOn)
            return;
        Remember(_socket.SendAsync(Opcode.Ping, []).AsTask());
        _user.Lane.Pacer.Set(nextNs, again);
    }

    /// <summary>Says what the user says to a message that came in, which was due at <paramref name="dueNs"/>.</summary>
    public void React(long dueNs)
    {
        if (!MayGoOn)
            return;
        // A reaction waits for nothing: above the ceiling it is left out.
        if (_user.Lane.Run.Ceiling is { } ceiling && ceiling.Take(_user.NowNs) > _user.NowNs)
            _user.Stripe.Held(_step.Parts.Reaction);
        else
            Remember(SendAsync(_step.Reaction!, _step.Parts.Reaction, dueNs).AsTask());
    }

    // Booked like any request: it is one, until it is answered with 101.
    private async ValueTask<bool> OpenAsync(long dueNs)
    {
        var beganNs = _user.NowNs;
        _http.Begin(beganNs + (_step.Step.ConnectTimeout.Ticks * 100));
        var error = await _http.EnsureOpenAsync();
        if (error == ErrorTypes.AddressNotAllowed)
        {
            _http.End();
            _user.Stripe.Refused(_step.Parts.Open, error);
            return false;
        }

        var key = _step.WriteOpening(_http.Request, _user);
        _user.Stripe.Sent(_step.Parts.Open, _http.Request.Length, Math.Max(0, beganNs - Math.Max(dueNs, _user.FreeSinceNs)));
        var sentNs = _user.NowNs;
        error ??= await _http.SendAsync();
        error ??= await _http.ReceiveHeadAsync();
        var endNs = _user.NowNs;
        error = _http.End() ?? error;
        // What came behind the head is counted as messages.
        var (status, bytes) = error is null ? (_http.Head.Status, _http.HeadBytes.Length) : (0, _http.BytesReceived);
        error ??= _step.Check(_http, key);
        _user.Stripe.Ended(_step.Parts.Open, new RequestResult(ErrorTypes.OutcomeOf(error), status, error, endNs - dueNs, endNs - sentNs, bytes, 0, 0)
        {
            Phases = _http.PhasesOf(sentNs, endNs),
        });
        if (error is null)
            BeOpen();
        return error is null;
    }

    private void BeOpen()
    {
        _http.BecomeRaw();
        // Whatever its user waits for, the end of the run ends it.
        _http.Begin(long.MaxValue);
    }

    private async ValueTask TalkAsync(long dueNs)
    {
        if (_step.Join is { } join && MayGoOn)
        {
            if (await HoldAsync(_step.Parts.Join, dueNs) is { } joinDueNs && MayGoOn)
                await SendAsync(join, _step.Parts.Join, joinDueNs);
            await AllAnswered();
            dueNs = _user.NowNs;
        }

        for (var sent = 0; sent < _step.Step.Messages?.Count && MayGoOn; sent++)
        {
            await WaitUntil(dueNs);
            if (MayGoOn && await HoldAsync(_step.Parts.Message, dueNs) is { } freeNs && MayGoOn)
                await SendAsync(_step.Message!, _step.Parts.Message, freeNs);
            dueNs += _step.Interval.NextNs(_user);
        }

        await WaitUntil(_user.NowNs + _step.Hold.NextNs(_user));
        // At the end of the run too, as requests on their way are waited for.
        await AllAnswered();
    }

    private ValueTask<long?> HoldAsync(int part, long dueNs) =>
        _user.Lane.Run.Ceiling is { } ceiling ? _user.HoldAsync(ceiling, part, dueNs) : new ValueTask<long?>(dueNs);

    private ValueTask WaitUntil(long dueNs) => MayGoOn ? _user.WaitUntil(dueNs) : ValueTask.CompletedTask;

    // Each answer has a time limit of its own, so this ends.
    private ValueTask AllAnswered() => _pending.Count == 0 ? ValueTask.CompletedTask : _allAnswered.Begin();

    private void CheckExpectation(long openNs)
    {
        if (_step.Step.Expect is not { } expected || _user.IsOver)
            return;
        Check(_received >= Math.Floor(expected.MinMessagesPerMinute * openNs / NsPerMinute));
    }

    private void Check(bool passed)
    {
        _user.Stripe.Checked(_step.Parts.Open, passed);
        _failed |= !passed;
    }

    private void Remember(Task sending)
    {
        if (!sending.IsCompletedSuccessfully)
            _onTheirWay.Add(sending);
    }

    private async ValueTask CloseAsync(Task receiving)
    {
        _closing = true;
        if (_over is null)
        {
            // The other side answers the good-bye, or the time-out closes the connection.
            _http.Begin(_user.NowNs + (_step.Step.CloseTimeout.Ticks * 100));
            await _socket.SendCloseAsync();
        }

        await receiving;
        await Task.WhenAll(_onTheirWay);
    }
}
