using System.Globalization;

namespace Loadstone.SampleTarget;

/// <summary>Ten years of half-hour slots with 20 consultants; a slot is booked once. A booking costs four bytes.</summary>
internal sealed class Appointments
{
    private const int Consultants = 20;
    private const int SlotsPerDay = 16;
    private const int Days = 3650;
    private const int MostShown = 40;
    private static readonly DateOnly FirstDay = new(2030, 1, 1);
    private static readonly TimeOnly Opening = new(9, 0);

    // By slot: 0 free, else the number of its booking. Slots are ordered by day, consultant, time.
    private readonly int[] _bookings = new int[Days * Consultants * SlotsPerDay];
    private int _booked;
    private int _cursor;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/appointments/available", (HttpContext context) => Available(context));
        routes.MapPost("/api/appointments", Book);
        routes.MapGet("/api/appointments/{slot}", (string slot) => Booked(slot) is { } found ? Answer.Json(found) : NoSuchBooking());
        routes.MapDelete("/api/appointments/{slot}", Cancel);
    }

    public void Clear() => Array.Clear(_bookings);

    /// <summary>Free slots of a day; without `date` each caller gets another consultant's day, so that callers seldom collide.</summary>
    private IResult Available(HttpContext context)
    {
        var day = Query.Text(context, "date") is { } date ? DayNumber(date) * Consultants * SlotsPerDay : NextDayOfSomeone();
        var length = Query.Text(context, "date") is null ? SlotsPerDay : Consultants * SlotsPerDay;
        var free = Enumerable.Range(day, length).Where(slot => Volatile.Read(ref _bookings[slot]) == 0).Take(MostShown);
        return Answer.Json(new AvailableSlots([.. free.Select(SlotAt)]));
    }

    private static int DayNumber(string date)
    {
        var number = DateOnly.TryParseExact(date, "yyyy-MM-dd", out var day) ? day.DayNumber - FirstDay.DayNumber : -1;
        return number is >= 0 and < Days
            ? number
            : throw Answer.Refuse(400, $"date: must be a day from {FirstDay:yyyy-MM-dd} to {FirstDay.AddDays(Days - 1):yyyy-MM-dd}.");
    }

    private int NextDayOfSomeone() => (int)((uint)Interlocked.Increment(ref _cursor) % (Days * Consultants)) * SlotsPerDay;

    private IResult Book(BookingRequest request)
    {
        if (SlotNumber(request.Slot) is not { } slot) return Answer.Invalid("slot", "is no slot of ours");
        var number = Interlocked.Increment(ref _booked);
        return Interlocked.CompareExchange(ref _bookings[slot], number, 0) == 0
            ? Answer.Json(new Booking($"APT-{number}", SlotAt(slot), "booked"), 201)
            : Answer.Problem(409, $"{request.Slot} is taken.");
    }

    private Booking? Booked(string slot) => SlotNumber(slot) is { } number && Volatile.Read(ref _bookings[number]) is > 0 and var booking
        ? new Booking($"APT-{booking}", SlotAt(number), "booked")
        : null;

    private IResult Cancel(string slot) =>
        SlotNumber(slot) is { } number && Interlocked.Exchange(ref _bookings[number], 0) > 0 ? Results.NoContent() : NoSuchBooking();

    private static IResult NoSuchBooking() => Answer.NotFound("booking of this slot");

    private int? SlotNumber(string? slot) =>
        slot?.StartsWith("S-", StringComparison.Ordinal) == true
        && int.TryParse(slot.AsSpan(2), NumberStyles.None, null, out var number) && number < _bookings.Length ? number : null;

    private static Slot SlotAt(int slot)
    {
        var (dayOfSomeone, time) = Math.DivRem(slot, SlotsPerDay);
        var (day, consultant) = Math.DivRem(dayOfSomeone, Consultants);
        return new Slot($"S-{slot}", FirstDay.AddDays(day), Opening.AddMinutes(30 * time), consultant + 1);
    }
}

/// <summary>Half an hour with one consultant; <paramref name="Id"/> is what a booking names.</summary>
internal sealed record Slot(string Id, DateOnly Date, TimeOnly Time, int Consultant);

internal sealed record AvailableSlots(Slot[] Slots);

internal sealed record BookingRequest(string? Slot);

internal sealed record Booking(string Id, Slot Slot, string Status);
