using System.Runtime.CompilerServices;
using System.Text;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Http;

/// <summary>
/// One HTTP step. Each attempt on the wire, redirects included, is a request of its own in the results: due when the one
/// before it ended, booked when it is sent, and booked again when it ends.
/// </summary>
internal sealed class HttpOperation : Operation
{
    private readonly int _index;
    private readonly HttpStep _step;
    private readonly RequestTemplate _request;
    private readonly AnswerRules _rules;
    private readonly Origins _origins;
    private readonly bool _sendsChunk;
    private readonly Destination _usual;
    private readonly long _timeoutNs;

    /// <param name="index">The operation's place in the recorder.</param>
    /// <param name="step">The step.</param>
    /// <param name="data">Where its templates draw from.</param>
    /// <param name="scenario">The scenario it belongs to.</param>
    /// <param name="origins">Where requests may go.</param>
    /// <param name="sendsChunk">True when the body is the present chunk of the user's upload instead of the step's.</param>
    public HttpOperation(int index, HttpStep step, PlanData data, string scenario, Origins origins, bool sendsChunk = false)
    {
        (_index, _step, _origins, _sendsChunk) = (index, step, origins, sendsChunk);
        _timeoutNs = step.Timeout.Ticks * 100;
        _usual = new Destination(step.Method, origins.Of(step.Path), null);
        _request = new RequestTemplate(step, _usual, data, scenario, sendsChunk);
        _rules = new AnswerRules(step, variable => data.SlotOf(scenario, variable));
    }

    public override ValueTask<StepOutcome> RunAsync(VirtualUser user, long dueNs) => TryFindDestination(user, out var to)
        ? user.Lane.Run.Ceiling is { } ceiling ? BelowAsync(ceiling, user, to, withBody: true, dueNs, hop: 0) : AttemptAsync(user, to, withBody: true, dueNs, hop: 0)
        : new ValueTask<StepOutcome>(Refused(user, ErrorTypes.OriginNotAllowed));

    // The hot path: everything between a user's turn and the next wait happens here, and what waits for the answer is this
    // method itself, so that an answer has few callers to go back through.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StepOutcome> AttemptAsync(VirtualUser user, Destination to, bool withBody, long dueNs, int hop)
    {
        var beganNs = user.NowNs;
        var taking = user.Lane.Channels.TakeAsync(user, to.Origin);
        var inLine = !taking.IsCompleted;
        var connection = await taking;
        connection.Begin(beganNs + _timeoutNs);
        var error = await connection.EnsureOpenAsync();
        if (error == ErrorTypes.AddressNotAllowed)
            return NotSent(user, connection);
        if (user.HasCookies && to.Path is null)
            to = to with { Path = _request.PathFor(user) };
        var chunk = _sendsChunk && withBody ? user.Upload : null;
        var chunkLength = chunk?.ChunkLength ?? 0;
        _request.Write(connection.Request, user, to, withBody, user.HasCookies ? user.CookiesFor(to.Origin.UrlOf(to.Path!)) : null, chunkLength);
        var sentNs = connection.WasJustOpened || inLine ? user.NowNs : beganNs;
        user.Stripe.Sent(_index, connection.Request.Length + chunkLength, Math.Max(0, beganNs - Math.Max(dueNs, user.FreeSinceNs)));
        error ??= await (chunk is null ? connection.SendAsync() : connection.SendAsync(chunk));
        if (error is null)
            await connection.AnswerBegins();
        error ??= await connection.ReceiveHeadAsync();
        var checks = new CheckCounts();
        var location = error is null ? ReadHead(user, connection, to, mayFollow: hop < _step.Redirects, ref checks) : null;
        error ??= await connection.ReceiveBodyAsync(to.Method == "HEAD", keep: location is null && _rules.NeedsBody);
        var endNs = user.NowNs;
        error = connection.End() ?? error;
        var status = error is null ? connection.Head.Status : 0;
        if (error is null)
            error = location is null ? ApplyRules(user, connection, endNs - dueNs, ref checks) : TryFollow(status, location, ref to, ref withBody);
        user.Stripe.Ended(_index, new RequestResult(
            ErrorTypes.OutcomeOf(error), status, error, endNs - dueNs, endNs - sentNs, connection.BytesReceived, checks.Passed, checks.Failed)
        {
            Phases = connection.PhasesOf(sentNs, endNs),
        });
        connection.Finish(whole: status > 0 && connection.Head.KeepAlive);
        user.Lane.Channels.GiveBack(connection);
        if (location is null || error is not null)
            return new StepOutcome(endNs, error is not null || checks.Failed > 0) { EndsIteration = error == ErrorTypes.Aborted };
        return user.Lane.Run.Ceiling is { } ceiling
            ? await BelowAsync(ceiling, user, to, withBody, endNs, hop + 1)
            : await AttemptAsync(user, to, withBody, endNs, hop + 1);
    }

    // Apart from the rest, so that who has no ceiling does not pay for it.
    private async ValueTask<StepOutcome> BelowAsync(RateCeiling ceiling, VirtualUser user, Destination to, bool withBody, long dueNs, int hop) =>
        await user.HoldAsync(ceiling, _index, dueNs) is { } freeNs
            ? await AttemptAsync(user, to, withBody, freeNs, hop)
            : new StepOutcome(user.NowNs, Failed: false) { EndsIteration = true };

    // Cookies and the place of a redirect are taken while the head is still in the buffer.
    private string? ReadHead(VirtualUser user, HttpChannel connection, in Destination to, bool mayFollow, ref CheckCounts checks)
    {
        var head = connection.HeadBytes;
        if (connection.Head.SetsCookies)
            user.TakeCookies(UrlOf(connection, to), ResponseHead.ValuesOf(head, "set-cookie"));
        if (mayFollow && connection.Head.Status is 301 or 302 or 303 or 307 or 308
            && ResponseHead.ValuesOf(head, "location") is [var place, ..] && Uri.TryCreate(UrlOf(connection, to), place, out var url))
        {
            return url.AbsoluteUri;
        }

        if (_rules.NeedsHead)
            _rules.ApplyToHead(head, user, ref checks);
        return null;
    }

    // The request line holds the path as it went out.
    private static Uri UrlOf(HttpChannel connection, in Destination to)
    {
        var afterMethod = connection.Request.Written.Span[(to.Method.Length + 1)..];
        var target = Encoding.ASCII.GetString(afterMethod[..afterMethod.IndexOf((byte)' ')]);
        return to.Origin.NeedsWholeUrl ? new Uri(target) : to.Origin.UrlOf(target);
    }

    private string? ApplyRules(VirtualUser user, HttpChannel connection, long responseNs, ref CheckCounts checks)
    {
        var status = connection.Head.Status;
        var body = connection.Body;
        if (_rules.NeedsBody && connection.Head.Encoded && !ContentEncoding.TryDecode(connection.Body, out body))
            return ErrorTypes.BadEncoding;
        _rules.ApplyToWhole(status, responseNs, body.Span, user, ref checks);
        return _rules.IsRight(status) ? null : StatusErrors.Of(status);
    }

    private bool TryFindDestination(VirtualUser user, out Destination to)
    {
        to = _usual;
        return !_request.IsWholeUrl || TryGoTo(_request.PathFor(user), ref to);
    }

    private bool TryGoTo(string url, ref Destination to)
    {
        if (!Uri.TryCreate(to.Origin.UrlOf("/"), url, out var target) || _origins.Find(target) is not { } origin)
            return false;
        to = to with { Origin = origin, Path = target.PathAndQuery };
        return true;
    }

    // RFC 9110 §15.4: 303 turns into a GET, and so do 301 and 302 of a POST, as every browser does; 307 and 308 keep all.
    // Returns null, or the error's name: an answer that leads out of the environment is not a right one.
    private string? TryFollow(int status, string location, ref Destination to, ref bool withBody)
    {
        if (status == 303 ? to.Method != "HEAD" : status is 301 or 302 && to.Method == "POST")
        {
            to = to with { Method = "GET" };
            withBody = false;
        }

        return TryGoTo(location, ref to) ? null : ErrorTypes.OriginNotAllowed;
    }

    // The address that the name leads to now must not be reached.
    private StepOutcome NotSent(VirtualUser user, HttpChannel connection)
    {
        connection.End();
        connection.Finish(whole: false);
        user.Lane.Channels.GiveBack(connection);
        return Refused(user, ErrorTypes.AddressNotAllowed);
    }

    // Nothing goes on the wire, but the step was due and did not succeed: that must show.
    private StepOutcome Refused(VirtualUser user, string error)
    {
        user.Stripe.Refused(_index, error);
        return new StepOutcome(user.NowNs, Failed: true);
    }
}
