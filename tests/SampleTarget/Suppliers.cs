namespace Loadstone.SampleTarget;

/// <summary>300 suppliers, listed, searched, looked up and asked for offers.</summary>
internal static class Suppliers
{
    private const int Count = 300;
    private const int MostHits = 50;
    private static readonly string[] Trades = ["florals", "catering", "photography", "music", "transport", "cakes", "venues", "decoration"];

    private static readonly Listing<Supplier> All = new([.. Enumerable.Range(1, Count).Select(Make)]);

    private static long _enquiries;

    public static void MapSuppliers(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/suppliers", All.PageAsync);
        routes.MapGet("/api/suppliers/search", (HttpContext context) => Search(Query.RequiredText(context, "q")));
        routes.MapGet("/api/suppliers/{id:int}", (int id) => Find(id) is { } supplier ? Answer.Json(supplier) : NoSuchSupplier());
        routes.MapPost("/api/suppliers/{id:int}/enquiries", Ask);
    }

    private static IResult Ask(int id, Enquiry enquiry)
    {
        if (Find(id) is null) return NoSuchSupplier();
        if (string.IsNullOrWhiteSpace(enquiry.Text)) return Answer.Invalid("text", "is missing");
        return Answer.Json(new EnquirySent($"ENQ-{Interlocked.Increment(ref _enquiries)}", id, "sent"), 201);
    }

    private static IResult Search(string text)
    {
        var hits = All.Items.Where(supplier => supplier.Name.Contains(text, StringComparison.OrdinalIgnoreCase)
            || supplier.Trade.Contains(text, StringComparison.OrdinalIgnoreCase)).Take(MostHits);
        return Answer.Json(new SearchResult<Supplier>(text, [.. hits]));
    }

    private static Supplier? Find(int id) => id is >= 1 and <= Count ? All.Items[id - 1] : null;

    private static IResult NoSuchSupplier() => Answer.NotFound($"such supplier; they are numbered 1 to {Count}");

    private static Supplier Make(int id) => new(id, $"Supplier {id} for {Trades[id % Trades.Length]}", Trades[id % Trades.Length],
        $"Town {(id % 30) + 1}", Rating: 3 + (id * 7 % 20 / 10m), PriceFrom: 150 + (id * 45 % 3_000));
}

internal sealed record Supplier(int Id, string Name, string Trade, string Town, decimal Rating, int PriceFrom);

internal sealed record Enquiry(string? Text, DateOnly? Date);

internal sealed record EnquirySent(string Id, int Supplier, string Status);
