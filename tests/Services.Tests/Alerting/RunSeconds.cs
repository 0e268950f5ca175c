using Loadstone.Measurement;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>Seconds of runs of which everything is known.</summary>
internal static class RunSeconds
{
    private const double NsPerMs = 1_000_000;

    /// <summary>Ten requests that all took the same time.</summary>
    public static MetricWindow Of(int second, double responseMs, string operation = "o", string? phase = null)
    {
        var requests = new OperationWindow { Scenario = "s", Operation = operation, Sent = 10, Ok = 10 };
        for (var i = 0; i < 10; i++)
            requests.Response.Record((long)(responseMs * NsPerMs));
        return new MetricWindow { Sequence = second, Phase = phase, Operations = [requests] };
    }

    /// <summary>Requests whose times are given, of which some failed, under a load.</summary>
    public static MetricWindow Of(int second, IEnumerable<double> responseMs, long failed = 0, int users = 50, long planned = 0)
    {
        var requests = new OperationWindow { Scenario = "s", Operation = "o" };
        foreach (var ms in responseMs)
        {
            requests.Sent++;
            requests.Response.Record((long)(ms * NsPerMs));
        }

        (requests.Failed, requests.Ok) = (failed, requests.Sent - failed);
        return new MetricWindow { Sequence = second, VirtualUsers = users, Iterations = new IterationCounts(planned, planned, 0, 0, planned, 0), Operations = [requests] };
    }
}
