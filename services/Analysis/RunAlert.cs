using System.Text.Json;
using Loadstone.Contracts;
using Loadstone.ServiceHost;
using RestEase;

namespace Loadstone.Analysis;

/// <summary>The alerting service, asked for the alerts of a run.</summary>
public interface IAlertingClient
{
    [Get("internal/executions/{id}/alerts")]
    Task<IReadOnlyList<AlertChanged>> AlertsAsync([Path] Guid id, CancellationToken cancellation);
}

/// <summary>An alert that the run had raised when it was judged (requirements R9.3), as alerting tells of it.</summary>
public sealed record RunAlert(string Severity, string AlertType, string Source, string Message, string Status, DateTimeOffset TriggeredAt, DateTimeOffset? ResolvedAt)
{
    /// <summary>In the order they came. Null when alerting cannot be asked now: a judgement waits for nobody.</summary>
    public static async Task<IReadOnlyList<RunAlert>?> OfRunAsync(Guid id, IAlertingClient alerting, CancellationToken cancellation)
    {
        try
        {
            return [.. (await alerting.AlertsAsync(id, cancellation)).Select(a => a.Alert.Deserialize<RunAlert>(Envelope.Options)!).OrderBy(a => a.TriggeredAt)];
        }
        catch (Exception e) when (e is ApiException or HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }
}
