using System.Globalization;
using System.Text;
using RabbitMQ.Client.Events;

namespace Loadstone.Alerting.Delivery;

/// <summary>One alert event on its way to one subscriber.</summary>
/// <param name="Id">The event's id: a subscriber that is told twice sees it by that.</param>
/// <param name="Event">What happened and how bad it is, such as <c>alert.raised.high</c>.</param>
/// <param name="Body">The JSON that every subscriber gets.</param>
/// <param name="Attempts">How often it was tried before it was put here again.</param>
/// <param name="ReplayOf">The failure that it is the replay of.</param>
public sealed record Letter(string Id, string Event, ReadOnlyMemory<byte> Body, int Attempts = 0, Guid? ReplayOf = null)
{
    /// <summary>Says what happened, where the routing key does not: on a replay.</summary>
    public const string EventHeader = "Loadstone-Event";

    public static Letter Of(BasicDeliverEventArgs m)
    {
        var headers = (m.BasicProperties.Headers ?? new Dictionary<string, object?>()).ToDictionary(h => h.Key, h => h.Value is byte[] b ? Encoding.UTF8.GetString(b) : $"{h.Value}");
        return new Letter(
            m.BasicProperties.MessageId ?? Guid.NewGuid().ToString(), headers.GetValueOrDefault(EventHeader, m.RoutingKey), m.Body.ToArray(),
            int.TryParse(headers.GetValueOrDefault(Errors.Fault.AttemptsHeader), CultureInfo.InvariantCulture, out var attempts) ? attempts : 0,
            Guid.TryParse(headers.GetValueOrDefault(Errors.Fault.ReplayHeader), out var replay) ? replay : null);
    }
}

/// <summary>It was not taken; the message says why, as people may see it.</summary>
public sealed class NotDeliveredException(string reason) : Exception(reason);
