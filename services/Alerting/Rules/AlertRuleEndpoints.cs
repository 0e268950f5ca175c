using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Alerting.Rules;

internal static class AlertRuleEndpoints
{
    private const string Path = "/api/load-testing/alert-rules";

    public static void MapAlertRules(this WebApplication app)
    {
        new AlertRuleKind().Map(app, Path);
        app.MapGet(Path, ListAsync);
    }

    private static async Task<JsonObject> ListAsync(
        IQuerySession session, string? metric, string? severity, string? environment, string? active, string? limit, string? cursor, CancellationToken cancellation)
    {
        var filter = ListFilter.ByActive(active)
            .AddIf(metric, "d.data -> 'terms' ->> 'metric_name' = ?")
            .AddIf(ListFilter.OneOf<Severity>("severity", severity), "d.data -> 'terms' ->> 'severity' = ?")
            .AddIf(environment, "d.data -> 'terms' ->> 'environment' = ?");
        return (await Page.ReadAsync<AlertRule>(session, filter, limit, cursor, cancellation)).ToJson("rules");
    }
}

internal sealed class AlertRuleKind : ResourceKind<AlertRule, RuleTerms>
{
    public override string Name => "rule";

    public override RuleTerms Read(DocumentNode node) => RuleTerms.Read(node);

    public override string NameOf(RuleTerms body) => body.Name;

    public override RuleTerms BodyOf(AlertRule resource) => resource.Terms;

    public override object Created(Guid id, RuleTerms body, string by, DateTimeOffset at) => new AlertRuleCreated(id, body, by, at);

    public override object Changed(RuleTerms body, string by, DateTimeOffset at) => new AlertRuleChanged(body, by, at);

    public override object Deactivated(string by, DateTimeOffset at) => new AlertRuleDeactivated(by, at);
}
