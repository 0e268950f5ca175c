namespace Loadstone.SampleTarget;

/// <summary>100 guests per wedding, who are listed, invited and answer. One byte of memory per guest.</summary>
internal sealed class Guests
{
    private const int PerWedding = 100;
    private const int PerPage = 20;
    private const int MostInParty = 10;
    private const byte Declined = 255;

    // By guest number: 0 no answer yet, 1 to 10 the size of the party, 255 declined.
    private readonly byte[] _answers = new byte[Weddings.Count * PerWedding];
    private long _invited;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/guests", (HttpContext context) => Page(context));
        routes.MapPost("/api/guests", Invite);
        routes.MapPut("/api/guests/{id:int}/rsvp", Respond);
    }

    public void Clear() => Array.Clear(_answers);

    private IResult Page(HttpContext context)
    {
        var wedding = Query.Whole(context, "wedding", absent: 1, least: 1, most: Weddings.Count);
        var page = Query.Whole(context, "page", absent: 1, least: 1, most: 1_000_000);
        var first = (page - 1L) * PerPage;
        var shown = (int)Math.Clamp(PerWedding - first, 0, PerPage);
        var guests = Enumerable.Range(0, shown).Select(n => GuestAt(((wedding - 1) * PerWedding) + (int)first + n + 1));
        return Answer.Json(new Page<Guest>([.. guests], page, PerWedding / PerPage, PerWedding));
    }

    private IResult Invite(Invitation invitation)
    {
        if (string.IsNullOrWhiteSpace(invitation.Name)) return Answer.Invalid("name", "is missing");
        if (!Weddings.Exists(invitation.Wedding)) return Weddings.NoSuchWedding();
        var id = Interlocked.Increment(ref _invited);
        return Answer.Json(new InvitationSent($"INV-{id}", invitation.Wedding, invitation.Name, "sent"), 201);
    }

    private IResult Respond(int id, Rsvp rsvp)
    {
        if (id < 1 || id > _answers.Length) return Answer.NotFound("such guest");
        if (rsvp.Attending is not { } attending) return Answer.Invalid("attending", "is missing");
        if (rsvp.Party is < 1 or > MostInParty) return Answer.Invalid("party", $"must be from 1 to {MostInParty}");
        _answers[id - 1] = attending ? (byte)rsvp.Party : Declined;
        return Answer.Json(GuestAt(id));
    }

    private Guest GuestAt(int id)
    {
        var answer = _answers[id - 1];
        var status = answer switch { 0 => "invited", Declined => "declined", _ => "attending" };
        return new Guest(id, ((id - 1) / PerWedding) + 1, $"Guest {id}", $"guest{id}@sample.test", status, answer == Declined ? 0 : answer);
    }
}

internal sealed record Guest(int Id, int Wedding, string Name, string Email, string Status, int Party);

internal sealed record Invitation(int Wedding, string? Name, string? Email);

internal sealed record InvitationSent(string Id, int Wedding, string Name, string Status);

internal sealed record Rsvp(bool? Attending, int Party = 1);
