namespace Loadstone.SampleTarget;

/// <summary>500 weddings that can be read, changed and planned. A change stays until the next reset.</summary>
internal sealed class Weddings
{
    public const int Count = 500;

    private readonly Listing<Wedding> _weddings = new([.. Enumerable.Range(1, Count).Select(Make)]);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/weddings", _weddings.PageAsync);
        routes.MapGet("/api/weddings/{id:int}", (int id) => Exists(id) ? Answer.Json(_weddings.Items[id - 1]) : NoSuchWedding());
        routes.MapPut("/api/weddings/{id:int}", Change);
        routes.MapGet("/api/weddings/{id:int}/checklist", (int id) => Exists(id) ? Answer.Json(Checklist(id)) : NoSuchWedding());
    }

    public static bool Exists(int id) => id is >= 1 and <= Count;

    public static IResult NoSuchWedding() => Answer.NotFound($"such wedding; they are numbered 1 to {Count}");

    public void Clear()
    {
        for (var id = 1; id <= Count; id++)
        {
            var fresh = Make(id);
            if (_weddings.Items[id - 1] != fresh) _weddings.Change(id - 1, _ => fresh);
        }
    }

    private IResult Change(int id, WeddingChange change)
    {
        if (!Exists(id)) return NoSuchWedding();
        if (change.Errors() is { Count: > 0 } errors) return Answer.Invalid(errors);
        return Answer.Json(_weddings.Change(id - 1, change.ApplyTo));
    }

    private static Wedding Make(int id) => new(id, $"Wedding of Couple {id}", new DateOnly(2030, 1, 1).AddDays(id * 7 % 700),
        $"Venue {(id % 40) + 1}", GuestCount: 30 + (id * 11 % 170), Budget: 8_000 + (id * 130), Version: 1);

    private static ChecklistItem[] Checklist(int id) =>
        [.. Enumerable.Range(1, 12).Select(month => new ChecklistItem(month, $"Step {month} for wedding {id}", Done: (id + month) % 2 == 0))];
}

internal sealed record Wedding(int Id, string Title, DateOnly Date, string Venue, int GuestCount, decimal Budget, int Version);

internal sealed record ChecklistItem(int MonthsBefore, string Title, bool Done);

/// <summary>What a PUT changes: members that are absent stay.</summary>
internal sealed record WeddingChange(string? Title, DateOnly? Date, string? Venue, int? GuestCount, decimal? Budget)
{
    private const int LongestText = 200;

    public Wedding ApplyTo(Wedding wedding) => wedding with
    {
        Title = Title ?? wedding.Title,
        Date = Date ?? wedding.Date,
        Venue = Venue ?? wedding.Venue,
        GuestCount = GuestCount ?? wedding.GuestCount,
        Budget = Budget ?? wedding.Budget,
        Version = wedding.Version + 1,
    };

    public List<(string Member, string Reason)> Errors()
    {
        var errors = new List<(string, string)>();
        Bounds.Check(errors, "guest_count", GuestCount ?? 0, 0, 5_000);
        Bounds.Check(errors, "budget", (double)(Budget ?? 0), 0, 10_000_000);
        if (Title is { Length: 0 or > LongestText }) errors.Add(("title", $"must have 1 to {LongestText} characters"));
        if (Venue is { Length: > LongestText }) errors.Add(("venue", $"must have at most {LongestText} characters"));
        return errors;
    }
}
