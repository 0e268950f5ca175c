using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Alerting.Subscriptions;

// The life of a subscription.

public sealed record AlertSubscriptionCreated(Guid Id, SubscriptionTerms Terms, string By, DateTimeOffset At);

public sealed record AlertSubscriptionChanged(SubscriptionTerms Terms, string By, DateTimeOffset At);

public sealed record AlertSubscriptionDeactivated(string By, DateTimeOffset At);

/// <summary>Alerts of some kinds, kept for one who hears of them when he comes.</summary>
public sealed record AlertSubscription : Resource
{
    public required SubscriptionTerms Terms { get; init; }

    /// <summary>The queue its alerts are put in; it goes with the subscription.</summary>
    public string Queue => $"{BrokerChannel.AlertsExchange}.{Id}";

    protected override object BodyToShow => Terms;

    protected override JsonObject MoreToShow => new()
    {
        ["queue"] = Queue,
        ["exchange"] = BrokerChannel.AlertsExchange,
        ["routing_keys"] = new JsonArray([.. Terms.RoutingKeys.Select(k => JsonValue.Create(k))]),
    };

    public static AlertSubscription Create(AlertSubscriptionCreated e) =>
        new() { Id = e.Id, Terms = e.Terms, CreatedBy = e.By, CreatedAt = e.At, UpdatedAt = e.At };

    public static AlertSubscription Apply(AlertSubscriptionChanged e, AlertSubscription before) =>
        before with { IsActive = true, Terms = e.Terms, UpdatedAt = e.At };

    public static AlertSubscription Apply(AlertSubscriptionDeactivated e, AlertSubscription before) => before with { IsActive = false, UpdatedAt = e.At };
}

public enum SubscriptionChannel
{
    /// <summary>A durable queue on the broker.</summary>
    Rabbitmq,

    /// <summary>A signed HTTP call.</summary>
    Webhook,
}

public enum AlertEventKind
{
    Raised,
    Grew,
    Acknowledged,
    Suppressed,
    Resolved,
}

/// <summary>A subscription as its author wrote it.</summary>
public sealed record SubscriptionTerms
{
    private static readonly string[] OfWebhooks = ["url", "secret", "headers"];

    public string Name { get; init; } = "";

    public SubscriptionChannel Channel { get; init; }

    public IReadOnlyList<Severity> Severities { get; init; } = Enum.GetValues<Severity>();

    public IReadOnlyList<AlertEventKind> Events { get; init; } = [AlertEventKind.Raised, AlertEventKind.Resolved];

    internal IEnumerable<string> RoutingKeys => Events.SelectMany(e => Severities.Select(s => $"alert.{NameOf(e)}.{NameOf(s)}"));

    public static SubscriptionTerms Read(DocumentNode node)
    {
        var terms = new SubscriptionTerms
        {
            Name = node.RequiredText("name"),
            Channel = node.OneOf<SubscriptionChannel>("channel") ?? SubscriptionChannel.Rabbitmq,
            Severities = ReadList<Severity>(node, "severities") ?? new SubscriptionTerms().Severities,
            Events = ReadList<AlertEventKind>(node, "events") ?? new SubscriptionTerms().Events,
        };
        if (terms.Channel == SubscriptionChannel.Webhook)
            node.Error("channel", "webhook is not available in this version: use rabbitmq");
        foreach (var member in OfWebhooks.Where(m => node.Has(m) && terms.Channel != SubscriptionChannel.Webhook))
            node.Error(member, "belongs to a webhook");
        return terms;
    }

    private static List<T>? ReadList<T>(DocumentNode node, string name)
        where T : struct, Enum
    {
        if (!node.Has(name))
            return null;
        var all = new List<T>();
        foreach (var (value, path) in node.List(name, 20))
        {
            if (value?.GetValueKind() == System.Text.Json.JsonValueKind.String && WireNames<T>.ToValue.TryGetValue(value.GetValue<string>(), out var one))
                all.Add(one);
            else
                node.Errors.Add(path, $"must be one of {string.Join(", ", WireNames<T>.ToValue.Keys)}");
        }

        if (all.Count == 0)
            node.Error(name, "must name at least one");
        return [.. all.Distinct()];
    }

    private static string NameOf<T>(T value)
        where T : struct, Enum =>
        WireNames<T>.ToValue.First(n => n.Value.Equals(value)).Key;
}
