using Loadstone.LoadEngine.Uploads;

namespace Loadstone.LoadEngine.Http;

/// <summary>What whoever still waits in line for a channel is given when the run is over: every request on it is aborted.</summary>
internal sealed class NoChannel(Origin origin, Lane lane) : HttpChannel(origin, lane)
{
    public override ReadOnlySpan<byte> HeadBytes => [];

    public override ValueTask<string?> EnsureOpenAsync() => Aborted;

    public override ValueTask<string?> SendAsync() => Aborted;

    public override ValueTask<string?> SendAsync(UploadFile file) => Aborted;

    public override ValueTask<string?> ReceiveHeadAsync() => Aborted;

    public override ValueTask<string?> ReceiveBodyAsync(bool isHead, bool keep) => Aborted;

    public override void Finish(bool whole)
    {
        Lane.Deadlines.Disarm(this);
        Request.Release();
    }

    protected override void BreakOff()
    {
    }

    private static ValueTask<string?> Aborted => ValueTask.FromResult<string?>(ErrorTypes.Aborted);
}
