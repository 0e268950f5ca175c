namespace Loadstone.Alerting.Delivery;

/// <summary>How a letter ended.</summary>
/// <param name="Attempts">How often it was tried, in all its lives.</param>
/// <param name="Reason">Why it was given up; null when it was delivered.</param>
public sealed record DeliveryEnd(int Attempts, string? Reason);

/// <summary>
/// Brings one subscriber its letters, one after the other, and tries again with growing pauses. A subscriber who did not take a letter in a whole
/// course is down: what comes after it is tried once each, so that its queue does not grow for ever, until one is taken.
/// </summary>
/// <param name="send">Tries once; throws when it was not taken.</param>
/// <param name="most">How often a letter is tried.</param>
/// <param name="wait">Waits between two tries.</param>
public sealed class Courier(Func<Letter, CancellationToken, Task> send, int most, Func<TimeSpan, CancellationToken, Task> wait)
{
    /// <summary>Tries of a letter, where the operator says nothing else: some two minutes.</summary>
    public const int UsualMost = 8;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private bool _isDown;

    public async Task<DeliveryEnd> DeliverAsync(Letter letter, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await send(letter, cancellation);
                _isDown = false;
                return new DeliveryEnd(letter.Attempts + attempt, null);
            }
            catch (NotDeliveredException e)
            {
                if (PauseAfter(attempt, _isDown ? 1 : most) is not { } pause)
                {
                    _isDown = true;
                    return new DeliveryEnd(letter.Attempts + attempt, e.Message);
                }

                await wait(pause, cancellation);
            }
        }
    }

    /// <summary>How long to wait after so many tries: 1 s, 2 s, 4 s … 1 min; null to give up.</summary>
    public static TimeSpan? PauseAfter(int attempts, int most) =>
        attempts >= most ? null : TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, attempts - 1)));
}
