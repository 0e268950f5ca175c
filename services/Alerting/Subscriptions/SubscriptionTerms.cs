using System.Net.Mail;
using System.Text.Json.Serialization;
using Loadstone.Plans;

namespace Loadstone.Alerting.Subscriptions;

public enum SubscriptionChannel
{
    /// <summary>A durable queue on the broker, which the subscriber reads.</summary>
    Rabbitmq,

    /// <summary>A signed HTTP call for each.</summary>
    Webhook,

    /// <summary>An e-mail for each.</summary>
    Email,
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
    private const int ShortestSecret = 16;
    private const int MostRecipients = 20;

    public string Name { get; init; } = "";

    public SubscriptionChannel Channel { get; init; }

    public IReadOnlyList<Severity> Severities { get; init; } = Enum.GetValues<Severity>();

    public IReadOnlyList<AlertEventKind> Events { get; init; } = [AlertEventKind.Raised, AlertEventKind.Resolved];

    /// <summary>Where a webhook's calls go.</summary>
    public string? Url { get; init; }

    /// <summary>Who gets the e-mails; null for other channels.</summary>
    public IReadOnlyList<string>? To { get; init; }

    /// <summary>What a webhook's calls are signed with, when the author has just given it; kept sealed, in no event, and shown to nobody.</summary>
    [JsonIgnore]
    public string? GivenSecret { get; init; }

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
        terms = terms with
        {
            Url = Belongs(node, "url", terms.Channel == SubscriptionChannel.Webhook) ? ReadUrl(node) : null,
            GivenSecret = Belongs(node, "secret", terms.Channel == SubscriptionChannel.Webhook) ? node.Text("secret", 500, ShortestSecret) : null,
            To = Belongs(node, "to", terms.Channel == SubscriptionChannel.Email) ? ReadRecipients(node) : null,
        };
        if (terms.Channel == SubscriptionChannel.Webhook && !node.Has("url"))
            node.Error("url", "is required for a webhook");
        if (terms.Channel == SubscriptionChannel.Email && !node.Has("to"))
            node.Error("to", "is required for e-mail");
        return terms;
    }

    private static bool Belongs(DocumentNode node, string member, bool belongs)
    {
        if (!belongs && node.Has(member))
            node.Error(member, member == "to" ? "belongs to e-mail" : "belongs to a webhook");
        return belongs && node.Has(member);
    }

    private static string? ReadUrl(DocumentNode node)
    {
        if (node.Text("url", 2000) is not { } text)
            return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Fragment.Length > 0 || url.Host.Length == 0)
            node.Error("url", "must be an http or https URL without a login, such as https://hooks.example/alerts");
        return text;
    }

    private static IReadOnlyList<string> ReadRecipients(DocumentNode node)
    {
        var all = node.Texts("to", MostRecipients, 320);
        for (var i = 0; i < all.Count; i++)
        {
            if (!MailAddress.TryCreate(all[i], out var address) || address.Address != all[i] || all[i].Any(char.IsControl))
                node.Error($"to[{i}]", "must be an e-mail address");
        }

        if (all.Count == 0)
            node.Error("to", "must have at least one address");
        return all;
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
