using Loadstone.Resources;

namespace Loadstone.Alerting.Rules;

// The life of a rule.

public sealed record AlertRuleCreated(Guid Id, RuleTerms Terms, string By, DateTimeOffset At);

public sealed record AlertRuleChanged(RuleTerms Terms, string By, DateTimeOffset At);

public sealed record AlertRuleDeactivated(string By, DateTimeOffset At);

/// <summary>A threshold that is watched in every run it is for, whatever the run's own criteria are.</summary>
public sealed record AlertRule : Resource
{
    public required RuleTerms Terms { get; init; }

    protected override object BodyToShow => Terms;

    public static AlertRule Create(AlertRuleCreated e) =>
        new() { Id = e.Id, Terms = e.Terms, CreatedBy = e.By, CreatedAt = e.At, UpdatedAt = e.At };

    public static AlertRule Apply(AlertRuleChanged e, AlertRule before) => before with { IsActive = true, Terms = e.Terms, UpdatedAt = e.At };

    public static AlertRule Apply(AlertRuleDeactivated e, AlertRule before) => before with { IsActive = false, UpdatedAt = e.At };
}
