using System.Globalization;
using Loadstone.Client;

namespace Loadstone.Cli;

/// <summary>One line for each second of a running test; on a terminal it is the same line, again and again.</summary>
internal sealed class ProgressLine(TextWriter say)
{
    private readonly bool _isTerminal = !Console.IsOutputRedirected && say == Console.Out;
    private string _lastStatus = "";
    private int _lastSecond = -1;
    private QueuePlace? _lastPlace;

    public void Show(ExecutionStatusAnswer status)
    {
        var x = status.Execution;
        if (x.Status != _lastStatus && (x.Status != "running" || _lastStatus == "paused"))
            say.WriteLine($"{(_isTerminal && _lastSecond >= 0 ? "\n" : "")}{x.Status}{(x.ErrorDetails.Reason is { } reason ? $": {reason}" : "")}");
        _lastStatus = x.Status;
        if (x.Queue is { } place && place != _lastPlace)
            say.WriteLine($"waits at place {place.Position} of the line, for {place.WaitsFor}");
        _lastPlace = x.Queue;
        if (status.CurrentMetrics is not { } now || now.TimestampOffset == _lastSecond)
            return;
        _lastSecond = now.TimestampOffset;
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{now.TimestampOffset + 1,4} s {status.Progress,5:0.0} %  {now.VirtualUsers,6} users  {now.RequestsPerSecond,8:0.#} requests/s  p95 {now.P95ResponseTime,8:0.##} ms  errors {now.ErrorRate,5:0.##} %  total {x.TotalRequests}");
        if (_isTerminal)
            say.Write($"\r{line}   ");
        else
            say.WriteLine(line);
    }
}
