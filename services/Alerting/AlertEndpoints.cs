using System.Text.Json;
using Loadstone.Contracts;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting;

internal static class AlertEndpoints
{
    private const int MostOfARun = 200;
    private const int LongestNote = 1000;
    private const string Newest = "d.data -> 'raised' ->> 'at'";

    public static void MapAlerts(this WebApplication app)
    {
        var group = app.MapGroup("/api/load-testing/alerts");
        group.MapGet("", ListAsync);
        group.MapGet("{id:guid}", GetAsync);
        group.MapGet("{id:guid}/history", HistoryAsync);
        group.MapPost("{id:guid}/acknowledge", (Guid id, HttpContext http, Alerts alerts, TimeProvider time) => TreatAsync(id, http, alerts, time, Alert.Acknowledge));
        group.MapPost("{id:guid}/resolve", (Guid id, HttpContext http, Alerts alerts, TimeProvider time) => TreatAsync(id, http, alerts, time, Alert.Resolve));
        group.MapPost("{id:guid}/suppress", (Guid id, HttpContext http, Alerts alerts, TimeProvider time) => TreatAsync(id, http, alerts, time, Alert.Suppress));
        app.MapGet("/internal/executions/{id:guid}/alerts", OfRunAsync);
    }

    private static async Task<AlertsAnswer> ListAsync(
        IQuerySession session, string? status, string? severity, string? executionId, string? limit, string? cursor, CancellationToken cancellation)
    {
        var filter = new ListFilter()
            .AddIf(ListFilter.OneOf<AlertStatus>("status", status), "d.data ->> 'status' = ?")
            .AddIf(ListFilter.OneOf<Severity>("severity", severity), "d.data -> 'raised' ->> 'severity' = ?")
            .AddIf(ListFilter.Id("executionId", executionId, "an execution"), "d.data -> 'raised' ->> 'execution_id' = ?");
        var (found, next) = await Page.NewestAsync<Alert>(session, filter, limit, cursor, Newest, a => (a.Id, a.Raised.At), cancellation);
        return new AlertsAnswer(true, [.. found.Select(AlertResource.Of)], next);
    }

    private static async Task<AlertAnswer> GetAsync(Guid id, IQuerySession session, CancellationToken cancellation) =>
        Answer(await session.LoadAsync<Alert>(id, cancellation), id);

    private static async Task<HistoryAnswer> HistoryAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        Answer(await session.LoadAsync<Alert>(id, cancellation), id);
        return await HistoryAnswer.OfAsync(session, id, cancellation);
    }

    private static async Task<AlertAnswer> TreatAsync(
        Guid id, HttpContext http, Alerts alerts, TimeProvider time, Func<Alert, string, string?, DateTimeOffset, IEnumerable<object>> treat)
    {
        var note = await http.Request.ReadIfAnyAsync(body => body.Text("note", LongestNote));
        var by = InternalIdentity.CallerOf(http).User;
        return Answer(await alerts.DecideAsync(id, alert => treat(alert, by, note, time.GetUtcNow()), by, http.RequestAborted), id);
    }

    // For the live feed.
    private static async Task<IReadOnlyList<AlertChanged>> OfRunAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var alerts = await session.QueryAsync<Alert>(
            $"where d.data -> 'raised' ->> 'execution_id' = ? order by {Newest} limit {MostOfARun}", cancellation, id.ToString());
        return [.. alerts.Select(AlertResource.Changed)];
    }

    private static AlertAnswer Answer(Alert? alert, Guid id) =>
        new(true, AlertResource.Of(alert ?? throw RefusalException.NotFound("alert", id)));
}

[Envelope]
internal sealed record AlertsAnswer(bool Success, IReadOnlyList<AlertResource> Alerts, string? NextCursor);

[Envelope]
internal sealed record AlertAnswer(bool Success, AlertResource Alert);

/// <summary>An alert as callers see it (requirements R1.8), with who did what with it.</summary>
internal sealed record AlertResource(
    Guid Id, Guid ExecutionId, string ExecutionName, AlertSource Source, Guid? RuleId, Guid? ConfigurationId, string? Environment, AlertType AlertType, Severity Severity, string MetricName, string? Operation,
    double ThresholdValue, double ActualValue, string Message, DateTimeOffset TriggeredAt, AlertStatus Status, DateTimeOffset? ResolvedAt,
    string? ResolvedBy, string? ResolutionNote, Treatment? Acknowledged, Treatment? Suppressed)
{
    public static AlertResource Of(Alert a) => new(
        a.Id, a.Raised.ExecutionId, a.Raised.ExecutionName, a.Raised.Source, a.Raised.RuleId, a.Raised.ConfigurationId, a.Raised.Environment, a.Raised.AlertType, a.Raised.Severity, a.Raised.MetricName, a.Raised.Operation,
        a.Raised.ThresholdValue, a.Grown?.ActualValue ?? a.Raised.ActualValue, a.Grown?.Message ?? a.Raised.Message, a.Raised.At, a.Status, a.ResolvedAt, a.ResolvedBy, a.ResolutionNote,
        a.Acknowledged, a.Suppressed);

    public static AlertChanged Changed(Alert a) => new(a.Raised.ExecutionId, JsonSerializer.SerializeToElement(Of(a), Envelope.Options));
}
