using System.Text.Json;
using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting;

internal static class AlertEndpoints
{
    private const int Most = 200;

    public static void MapAlerts(this WebApplication app)
    {
        app.MapGet("/api/load-testing/alerts", ListAsync);
        app.MapGet("/internal/executions/{id:guid}/alerts", OfRunAsync);
    }

    // For the live feed.
    private static async Task<IReadOnlyList<AlertChanged>> OfRunAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var alerts = await session.QueryAsync<Alert>(
            $"where d.data -> 'raised' ->> 'execution_id' = ? order by d.data -> 'raised' ->> 'at' limit {Most}", cancellation, id.ToString());
        return [.. alerts.Select(AlertResource.Changed)];
    }

    private static async Task<AlertsAnswer> ListAsync(
        IQuerySession session, string? status, string? severity, string? executionId, CancellationToken cancellation)
    {
        var conditions = new List<string> { "true" };
        var values = new List<object>();
        Add("status", status, "d.data ->> 'status' = ?", WireNames<AlertStatus>.ToValue.ContainsKey, $"must be one of {string.Join(", ", WireNames<AlertStatus>.ToValue.Keys)}");
        Add("severity", severity, "d.data -> 'raised' ->> 'severity' = ?", WireNames<Severity>.ToValue.ContainsKey, $"must be one of {string.Join(", ", WireNames<Severity>.ToValue.Keys)}");
        Add("executionId", executionId, "d.data -> 'raised' ->> 'execution_id' = ?", id => Guid.TryParse(id, out _), "must be the id of an execution");
        var sql = $"where {string.Join(" and ", conditions)} order by d.data -> 'raised' ->> 'at' desc limit {Most}";
        var alerts = await session.QueryAsync<Alert>(sql, cancellation, [.. values]);
        return new AlertsAnswer(true, [.. alerts.Select(AlertResource.Of)]);

        void Add(string name, string? given, string condition, Func<string, bool> isRight, string message)
        {
            if (given is null)
                return;
            if (!isRight(given))
                throw RefusalException.Field(name, message);
            conditions.Add(condition);
            values.Add(given);
        }
    }
}

[Envelope]
internal sealed record AlertsAnswer(bool Success, IReadOnlyList<AlertResource> Alerts);

/// <summary>An alert as callers see it (requirements R1.8).</summary>
internal sealed record AlertResource(
    Guid Id, Guid ExecutionId, AlertType AlertType, Severity Severity, string MetricName, string? Operation, double ThresholdValue,
    double ActualValue, string Message, DateTimeOffset TriggeredAt, DateTimeOffset? ResolvedAt, AlertStatus Status)
{
    public static AlertResource Of(Alert a) => new(
        a.Id, a.Raised.ExecutionId, a.Raised.AlertType, a.Raised.Severity, a.Raised.MetricName, a.Raised.Operation, a.Raised.ThresholdValue,
        a.Raised.ActualValue, a.Raised.Message, a.Raised.At, a.ResolvedAt, a.Status);

    public static AlertChanged Changed(Alert a) => new(a.Raised.ExecutionId, JsonSerializer.SerializeToElement(Of(a), Envelope.Options));
}
