using System.Globalization;
using System.Runtime.CompilerServices;
using Loadstone.LoadEngine.Http;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.WebSockets;

/// <content>Messages: sent, received, answered or given up.</content>
internal sealed partial class WebSocketSession
{
    /// <summary>Ends the wait for an answer that did not come.</summary>
    public void GiveUp(PendingReply reply, bool timedOut) => EndReply(reply, timedOut ? ErrorTypes.TimedOut : ErrorTypes.Aborted);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(OutgoingMessage message, int part, long dueNs)
    {
        var (id, bytes) = (NextId(), 0);
        var sentNs = _user.NowNs;
        var pending = message.ReplyId is null ? null : new PendingReply(this, part, message.ReplyId, id, dueNs, sentNs);
        // The answer may come before the send returns.
        if (pending is not null)
            Await(pending, sentNs + message.TimeoutNs);
        var sending = Write(message, out bytes);
        _user.Stripe.Sent(part, bytes, Math.Max(0, sentNs - Math.Max(dueNs, _user.FreeSinceNs)));
        var error = await sending;
        var endNs = _user.NowNs;
        if (pending is null)
            _user.Stripe.Ended(part, new RequestResult(ErrorTypes.OutcomeOf(error), 0, error, endNs - dueNs, endNs - sentNs, 0, 0, 0));
        else if (error is not null)
            EndReply(pending, error);
        _failed |= error is not null;
    }

    private ValueTask<string?> Write(OutgoingMessage message, out int bytes)
    {
        var scratch = _user.Scratch;
        scratch.Reset();
        message.Text.Write(scratch, _user);
        bytes = scratch.Length;
        var sending = _socket.SendAsync(Opcode.Text, scratch.Written.Span);
        scratch.Release();
        return sending;
    }

    private string NextId()
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{_user.Number}-{_user.Iteration}-{++_user.Lane.Messages}");
        _user.Variables[_step.IdSlot] = id;
        if (_step.Step.Messages?.Size is { } size)
        {
            var length = (int)_user.Random.Between(size.Min, size.Max);
            _user.Variables[_step.TextSlot] = RandomText.Of(length, ref _user.Random);
        }

        return id;
    }

    private async Task ReceiveAllAsync()
    {
        while (true)
        {
            if (await _socket.ReceiveAsync() is { } over)
            {
                BeOver(over);
                return;
            }

            Take(_socket.Message);
        }
    }

    private void Take(ReadOnlySpan<byte> message)
    {
        _received++;
        _user.Stripe.Received(_step.Parts.Open, message.Length);
        if (TryAnswer(message) || !MayGoOn || _step.Reaction is null || !_step.Reacts(_user))
            return;
        var dueNs = _user.NowNs + _step.Delay.NextNs(_user);
        _user.Lane.Pacer.Set(dueNs, new PendingReaction(this, dueNs));
    }

    private bool TryAnswer(ReadOnlySpan<byte> message)
    {
        var (path, id) = ((JsonPath?)null, (string?)null);
        foreach (var reply in _pending)
        {
            // Nearly always all have the same path.
            if (!ReferenceEquals(path, reply.ReplyId))
                (path, id) = (reply.ReplyId, JsonSearch.Find(message, reply.ReplyId));
            if (id != reply.Id)
                continue;
            EndReply(reply, null);
            return true;
        }

        return false;
    }

    private void Await(PendingReply reply, long deadlineNs)
    {
        _pending.Add(reply);
        _user.Lane.Deadlines.Arm(reply, deadlineNs);
    }

    private void EndReply(PendingReply reply, string? error)
    {
        if (!_pending.Remove(reply))
            return;
        _user.Lane.Deadlines.Disarm(reply);
        var endNs = _user.NowNs;
        _user.Stripe.Ended(reply.Part, new RequestResult(ErrorTypes.OutcomeOf(error), 0, error, endNs - reply.DueNs, endNs - reply.SentNs, 0, 0, 0));
        _failed |= error is not null;
        if (_pending.Count == 0)
            _allAnswered.End();
    }

    // Whoever waits for anything of this connection goes on and finds it over.
    private void BeOver(string error)
    {
        _over = error;
        // Who is still about to send something need not wait for somebody who does not listen.
        if (!_closing)
            _http.Begin(_user.NowNs + (_step.Step.CloseTimeout.Ticks * 100));
        // Whoever was not done yet has lost something, however politely.
        if (!_closing && !_user.IsOver)
            Check(false);
        foreach (var reply in _pending.ToArray())
            EndReply(reply, error);
        _user.EndWaiting();
    }
}
