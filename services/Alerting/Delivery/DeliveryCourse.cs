using System.Text.Json.Serialization;

namespace Loadstone.Alerting.Delivery;

/// <summary>How far one subscription's courier is, so that whoever carries on after a restart neither begins a letter's tries anew nor forgets that its subscriber is down.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="Version">Its version: what it says anew is tried anew.</param>
public sealed record DeliveryCourse(Guid Id, long Version)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>The letter that is on its way.</summary>
    public string? Letter { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Tries { get; init; }

    /// <summary>When it is to be tried again; null before the first try, and when it was given up.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Why the last try failed.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether a letter was given up and none was taken since. Then each is tried once, so that the queue of a subscriber who is down does not grow for ever.</summary>
    public bool IsDown { get; init; }

    [JsonIgnore]
    public bool IsGivenUp => Tries > 0 && DueAt is null;

    /// <summary>Goes on with a letter, or begins with it. A replay is another one.</summary>
    public DeliveryCourse With(Letter letter)
    {
        var name = $"{letter.Id} {letter.ReplayOf}";
        return Letter == name ? this : new DeliveryCourse(Id, Version) { Letter = name, IsDown = IsDown };
    }

    public DeliveryCourse Taken() => new(Id, Version);

    /// <param name="reason">Why it was not taken.</param>
    /// <param name="most">How often a letter is tried.</param>
    /// <param name="now">When.</param>
    public DeliveryCourse Refused(string reason, int most, DateTimeOffset now)
    {
        var tries = Tries + 1;
        var dueAt = now + PauseAfter(tries, IsDown ? 1 : most);
        return this with { Tries = tries, DueAt = dueAt, Reason = reason, IsDown = IsDown || dueAt is null };
    }

    /// <summary>How long to wait after so many tries: 1 s, 2 s, 4 s … 1 min; null to give up.</summary>
    public static TimeSpan? PauseAfter(int tries, int most) =>
        tries >= most ? null : TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, tries - 1)));
}
