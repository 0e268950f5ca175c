using System.Security.Cryptography;
using System.Text;
using Loadstone.Alerting.Delivery;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting.Errors;

// The life of a message that could not be handled.

/// <param name="Id">The same for the same failure, however often it is found.</param>
/// <param name="Queue">The queue whose service could not handle it.</param>
/// <param name="MessageType">What it says it is; null when it says nothing that can be read.</param>
/// <param name="MessageId">The sender's id of it.</param>
/// <param name="ErrorType">The kind of fault.</param>
/// <param name="Reason">The fault's sentence, without secrets.</param>
/// <param name="Attempts">How often it was tried, in all its lives.</param>
/// <param name="FailedAt">When it was given up.</param>
/// <param name="ReplayOf">The failure of which it is the replay.</param>
/// <param name="Envelope">The message as it was on the wire; shown to nobody.</param>
public sealed record MessageFailed(
    Guid Id, string Queue, string? MessageType, string? MessageId, string ErrorType, string Reason, int Attempts, DateTimeOffset FailedAt, Guid? ReplayOf,
    WireMessage? Envelope)
{
    /// <summary>A letter that a subscriber did not take. Found twice, it is the same failure; after a replay it is another.</summary>
    public static MessageFailed OfLetter(string queue, Letter letter, DeliveryEnd end, DateTimeOffset now) => new(
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{queue}|{letter.Id}|{letter.ReplayOf}")).AsSpan(0, 16)), queue, letter.Event, letter.Id, "NotDelivered",
        end.Reason ?? "", end.Attempts, now, letter.ReplayOf,
        new WireMessage("application/json", new Dictionary<string, string> { [Letter.EventHeader] = letter.Event }, letter.Body.ToArray()));
}

public sealed record MessageReplayed(string By, DateTimeOffset At);

/// <summary>What is needed to send a message once more.</summary>
public sealed record WireMessage(string? ContentType, IReadOnlyDictionary<string, string> Headers, byte[] Body);

public enum FailedMessageStatus
{
    /// <summary>Nobody has done anything about it.</summary>
    Failed,

    /// <summary>It was sent to its queue once more. Should it fail again, that is a failure of its own.</summary>
    Replayed,
}

/// <summary>A message that could not be handled, without its content.</summary>
public sealed record FailedMessage
{
    public required Guid Id { get; init; }

    public required MessageFailed Failure { get; init; }

    public MessageReplayed? Replay { get; init; }

    public FailedMessageStatus Status { get; init; }

    public static FailedMessage Create(MessageFailed e) => new() { Id = e.Id, Failure = e with { Envelope = null } };

    public static FailedMessage Apply(MessageReplayed e, FailedMessage message) => message with { Replay = e, Status = FailedMessageStatus.Replayed };

    /// <summary>Keeps a failure once, whoever finds it how often.</summary>
    /// <returns>False when it was kept before.</returns>
    public static async Task<bool> KeepAsync(IDocumentSession session, MessageFailed failure, CancellationToken cancellation)
    {
        session.SetHeader("actor", failure.Queue);
        session.Events.StartStream<FailedMessage>(failure.Id, failure);
        try
        {
            await session.SaveChangesAsync(cancellation);
            return true;
        }
        catch (ExistingStreamIdCollisionException)
        {
            return false;
        }
    }

    /// <summary>A person wants it to be tried once more.</summary>
    public static MessageReplayed ReplayedBy(FailedMessage message, string by, DateTimeOffset now) => message.Replay is null
        ? new MessageReplayed(by, now)
        : throw RefusalException.Conflict($"The message was replayed by {message.Replay.By} at {message.Replay.At.UtcDateTime:O}; if it failed again, that is listed as an error of its own.");
}
