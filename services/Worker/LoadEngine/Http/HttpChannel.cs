using Loadstone.LoadEngine.Uploads;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Http;

/// <summary>
/// What carries one request at a time and its answer: a connection of our own (<see cref="HttpConnection"/>, HTTP/1.1), or
/// the platform's client (<see cref="ClientChannel"/>, HTTP/2 and 3). Failures are returned by name
/// (<see cref="ErrorTypes"/>), not thrown.
/// </summary>
/// <remarks>
/// Used on its lane's thread only, in this order: <see cref="Begin"/>, <see cref="EnsureOpenAsync"/>, write <see cref="Request"/>,
/// <see cref="SendAsync()"/>, <see cref="ReceiveHeadAsync"/>, <see cref="ReceiveBodyAsync"/>, <see cref="End"/>, <see cref="Finish"/>.
/// </remarks>
internal abstract class HttpChannel(Origin origin, Lane lane) : Deadlined, IDisposable
{
    public const int LargestKeptBody = 16 * 1024 * 1024;

    public Origin Origin => origin;

    /// <summary>Where the request is written before it is sent, as HTTP/1.1 puts it.</summary>
    public ByteWriter Request { get; } = new(lane.Pages);

    /// <summary>True when the present attempt had to connect first.</summary>
    public bool WasJustOpened { get; protected set; }

    /// <summary>The answer's head; from <see cref="ReceiveHeadAsync"/> on.</summary>
    public ref readonly ResponseHead Head => ref HeadField;

    /// <summary>The head's bytes as HTTP/1.1 puts them; only between <see cref="ReceiveHeadAsync"/> and <see cref="ReceiveBodyAsync"/>.</summary>
    public abstract ReadOnlySpan<byte> HeadBytes { get; }

    /// <summary>The body, when it was to be kept; until <see cref="Finish"/>.</summary>
    public ReadOnlyMemory<byte> Body => Kept.Written;

    /// <summary>Bytes received for this response so far.</summary>
    public long BytesReceived { get; protected set; }

    protected Lane Lane => lane;

    protected ByteWriter Kept { get; } = new(lane.Pages);

    protected ResponseHead HeadField;

    /// <summary>When the answer's first byte came; 0 before.</summary>
    protected long FirstByteAtNs { get; set; }

    /// <summary>The error's name when the present attempt was given up.</summary>
    protected string? GivenUpAs { get; private set; }

    /// <summary>Begins something that must be over by <paramref name="deadlineNs"/>.</summary>
    public virtual void Begin(long deadlineNs)
    {
        GivenUpAs = null;
        FirstByteAtNs = 0;
        lane.Deadlines.Arm(this, deadlineNs);
    }

    /// <summary>Ends what was begun. Returns the error when it was given up in the meantime.</summary>
    public string? End()
    {
        lane.Deadlines.Disarm(this);
        return GivenUpAs;
    }

    public sealed override void GiveUp(bool timedOut)
    {
        lane.Deadlines.Disarm(this);
        GivenUpAs = timedOut ? ErrorTypes.TimedOut : ErrorTypes.Aborted;
        BreakOff();
    }

    /// <summary>Connects unless there is a connection that can be used. Returns null, or the error's name.</summary>
    public abstract ValueTask<string?> EnsureOpenAsync();

    /// <summary>Puts <see cref="Request"/> on the wire. Returns null, or the error's name.</summary>
    public abstract ValueTask<string?> SendAsync();

    /// <summary>Puts <see cref="Request"/> on the wire, and behind it a file's present chunk, which is copied nowhere. Returns null, or the error's name.</summary>
    public abstract ValueTask<string?> SendAsync(UploadFile file);

    /// <summary>Complete when <see cref="ReceiveHeadAsync"/> is likely to have something to read; awaited on its own because it is the cheapest await there is.</summary>
    public virtual ValueTask AnswerBegins() => ValueTask.CompletedTask;

    /// <summary>Reads up to the end of the response's head. Returns null, or the error's name.</summary>
    public abstract ValueTask<string?> ReceiveHeadAsync();

    /// <summary>Reads the body to its end, keeping it when asked to. Returns null, or the error's name.</summary>
    /// <param name="isHead">True when the request was a HEAD, whose answer has no body.</param>
    /// <param name="keep">True when the body is wanted.</param>
    public abstract ValueTask<string?> ReceiveBodyAsync(bool isHead, bool keep);

    /// <summary>Where the time of the present attempt went.</summary>
    public virtual PhaseTimes PhasesOf(long sentNs, long endNs) => new(
        0, 0, 0, FirstByteAtNs == 0 ? 0 : Math.Max(1, FirstByteAtNs - sentNs), FirstByteAtNs == 0 ? 0 : endNs - FirstByteAtNs);

    /// <summary>Gives the buffers back. Closes the connection unless the exchange was whole and it may be used again.</summary>
    public abstract void Finish(bool whole);

    public void Dispose() => Finish(whole: false);

    /// <summary>Makes whatever is pending end at once.</summary>
    protected abstract void BreakOff();
}
