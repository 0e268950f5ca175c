using System.Text.Json.Nodes;
using RestEase;

namespace Loadstone.Client;

/// <summary>Alerts, the rules they come from, and who hears of them.</summary>
public partial interface ILoadstoneApi
{
    /// <summary>Alerts, newest first.</summary>
    [Get("api/load-testing/alerts")]
    Task<AlertList> AlertsAsync(
        [Query] string? status, [Query] string? severity, [Query] Guid? executionId, [Query] int? limit, [Query] string? cursor, CancellationToken cancellation);

    /// <summary>One alert, with who did what with it.</summary>
    [Get("api/load-testing/alerts/{id}")]
    Task<AlertAnswer> AlertAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>What happened to the alert, in order, with who and when.</summary>
    [Get("api/load-testing/alerts/{id}/history")]
    Task<HistoryList> AlertHistoryAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Says that somebody looks after the alert. The body may be an empty object.</summary>
    [Post("api/load-testing/alerts/{id}/acknowledge")]
    Task<AlertAnswer> AcknowledgeAlertAsync([Path] Guid id, [Body] JsonObject body, CancellationToken cancellation);

    /// <summary>Calls the alert over. The body may be an empty object.</summary>
    [Post("api/load-testing/alerts/{id}/resolve")]
    Task<AlertAnswer> ResolveAlertAsync([Path] Guid id, [Body] JsonObject body, CancellationToken cancellation);

    /// <summary>Lets nobody hear of the alert any more, nor of further breaches of the same threshold in the same run. The body may be an empty object.</summary>
    [Post("api/load-testing/alerts/{id}/suppress")]
    Task<AlertAnswer> SuppressAlertAsync([Path] Guid id, [Body] JsonObject body, CancellationToken cancellation);

    /// <summary>Alert rules in use, newest first.</summary>
    [Get("api/load-testing/alert-rules")]
    Task<AlertRuleList> AlertRulesAsync(
        [Query] string? metric, [Query] string? severity, [Query] string? environment, [Query] string? active, [Query] int? limit, [Query] string? cursor, CancellationToken cancellation);

    /// <summary>Stores a rule; its name is unique among those in use.</summary>
    [Post("api/load-testing/alert-rules")]
    Task<AlertRuleAnswer> CreateAlertRuleAsync([Body] JsonObject alertRule, CancellationToken cancellation);

    /// <summary>One rule, also when it is no longer in use.</summary>
    [Get("api/load-testing/alert-rules/{id}")]
    Task<AlertRuleAnswer> AlertRuleAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Replaces the rule; the version that was read must be named. <paramref name="version"/> is the one that was read.</summary>
    [Put("api/load-testing/alert-rules/{id}")]
    Task<AlertRuleAnswer> UpdateAlertRuleAsync([Path] Guid id, [Header("If-Match")] string version, [Body] JsonObject alertRule, CancellationToken cancellation);

    /// <summary>Takes the rule out of use; its history stays. <paramref name="version"/> is the one that was read.</summary>
    [Delete("api/load-testing/alert-rules/{id}")]
    Task<AlertRuleAnswer> DeleteAlertRuleAsync([Path] Guid id, [Header("If-Match")] string version, CancellationToken cancellation);

    /// <summary>What happened to the rule, in order, with who and when.</summary>
    [Get("api/load-testing/alert-rules/{id}/history")]
    Task<HistoryList> AlertRuleHistoryAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Alert subscriptions in use, newest first.</summary>
    [Get("api/load-testing/alert-subscriptions")]
    Task<AlertSubscriptionList> AlertSubscriptionsAsync([Query] string? active, [Query] int? limit, [Query] string? cursor, CancellationToken cancellation);

    /// <summary>Stores a subscription; its name is unique among those in use.</summary>
    [Post("api/load-testing/alert-subscriptions")]
    Task<AlertSubscriptionAnswer> CreateAlertSubscriptionAsync([Body] JsonObject alertSubscription, CancellationToken cancellation);

    /// <summary>One subscription, also when it is no longer in use.</summary>
    [Get("api/load-testing/alert-subscriptions/{id}")]
    Task<AlertSubscriptionAnswer> AlertSubscriptionAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Replaces the subscription; the version that was read must be named. <paramref name="version"/> is the one that was read.</summary>
    [Put("api/load-testing/alert-subscriptions/{id}")]
    Task<AlertSubscriptionAnswer> UpdateAlertSubscriptionAsync(
        [Path] Guid id, [Header("If-Match")] string version, [Body] JsonObject alertSubscription, CancellationToken cancellation);

    /// <summary>Takes the subscription out of use; its history stays. <paramref name="version"/> is the one that was read.</summary>
    [Delete("api/load-testing/alert-subscriptions/{id}")]
    Task<AlertSubscriptionAnswer> DeleteAlertSubscriptionAsync([Path] Guid id, [Header("If-Match")] string version, CancellationToken cancellation);

    /// <summary>What happened to the subscription, in order, with who and when.</summary>
    [Get("api/load-testing/alert-subscriptions/{id}/history")]
    Task<HistoryList> AlertSubscriptionHistoryAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Maintenance windows in use, newest first.</summary>
    [Get("api/load-testing/maintenance-windows")]
    Task<MaintenanceWindowList> MaintenanceWindowsAsync(
        [Query] string? environment, [Query] string? active, [Query] int? limit, [Query] string? cursor, CancellationToken cancellation);

    /// <summary>Stores a window; its name is unique among those in use.</summary>
    [Post("api/load-testing/maintenance-windows")]
    Task<MaintenanceWindowAnswer> CreateMaintenanceWindowAsync([Body] JsonObject maintenanceWindow, CancellationToken cancellation);

    /// <summary>One window, also when it is no longer in use.</summary>
    [Get("api/load-testing/maintenance-windows/{id}")]
    Task<MaintenanceWindowAnswer> MaintenanceWindowAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Replaces the window; the version that was read must be named. <paramref name="version"/> is the one that was read.</summary>
    [Put("api/load-testing/maintenance-windows/{id}")]
    Task<MaintenanceWindowAnswer> UpdateMaintenanceWindowAsync([Path] Guid id, [Header("If-Match")] string version, [Body] JsonObject maintenanceWindow, CancellationToken cancellation);

    /// <summary>Ends the window; its history stays. <paramref name="version"/> is the one that was read.</summary>
    [Delete("api/load-testing/maintenance-windows/{id}")]
    Task<MaintenanceWindowAnswer> DeleteMaintenanceWindowAsync([Path] Guid id, [Header("If-Match")] string version, CancellationToken cancellation);

    /// <summary>What happened to the window, in order, with who and when.</summary>
    [Get("api/load-testing/maintenance-windows/{id}/history")]
    Task<HistoryList> MaintenanceWindowHistoryAsync([Path] Guid id, CancellationToken cancellation);
}
