using Loadstone.Plans;

namespace Loadstone.LoadEngine.WebSockets;

/// <summary>A message that was sent and waits for its answer, or for its time to be over.</summary>
/// <param name="session">Whose it is.</param>
/// <param name="part">The operation it is measured as.</param>
/// <param name="replyId">Where an answer has the id of what it answers.</param>
/// <param name="id">Its unique id.</param>
/// <param name="dueNs">When it was due.</param>
/// <param name="sentNs">When it was sent.</param>
internal sealed class PendingReply(WebSocketSession session, int part, JsonPath replyId, string id, long dueNs, long sentNs) : Deadlined
{
    public int Part => part;

    public JsonPath ReplyId => replyId;

    public string Id => id;

    public long DueNs => dueNs;

    public long SentNs => sentNs;

    public override void GiveUp(bool timedOut) => session.GiveUp(this, timedOut);
}

/// <summary>Something to be said to a message that came in, in a while.</summary>
internal sealed class PendingReaction(WebSocketSession session, long dueNs) : Loops.IAlarm
{
    public void Ring(long nowNs, int ticket) => session.React(dueNs);
}

/// <summary>Pings a session again and again while it is open.</summary>
internal sealed class Pinging(WebSocketSession session, long everyNs) : Loops.IAlarm
{
    public void Ring(long nowNs, int ticket) => session.Ping(nowNs + everyNs, this);
}
