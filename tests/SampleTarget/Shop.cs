namespace Loadstone.SampleTarget;

/// <summary>The catalogue: SKU-1001 to SKU-1200, listed, searched and looked up.</summary>
internal static class Shop
{
    private const int FirstNumber = 1001;
    private const int ProductCount = 200;
    private const int MostHits = 50;

    private static readonly string[] Styles = ["Ivory", "Amber", "Coral", "Slate", "Willow", "Meadow", "Copper", "Linen", "Pearl", "Juniper"];
    private static readonly string[] Things = ["Lantern", "Garland", "Table Runner", "Invitation", "Cake Stand", "Candle", "Guest Book", "Ribbon"];
    private static readonly string[] Categories = ["decoration", "stationery", "tableware", "lighting"];

    private static readonly Listing<Product> Products = new([.. Enumerable.Range(FirstNumber, ProductCount).Select(Make)]);
    private static readonly Dictionary<string, Product> BySku = Products.Items.ToDictionary(product => product.Sku, StringComparer.Ordinal);

    public static void MapShop(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/products", Products.PageAsync);
        routes.MapGet("/api/products/search", (HttpContext context) => Search(Query.RequiredText(context, "q")));
        routes.MapGet("/api/products/{sku}", (string sku) => Find(sku) is { } product ? Answer.Json(product) : Answer.NotFound("such product"));
    }

    public static Product? Find(string? sku) => sku is null ? null : BySku.GetValueOrDefault(sku);

    private static IResult Search(string text)
    {
        var hits = Products.Items.Where(product => product.Name.Contains(text, StringComparison.OrdinalIgnoreCase)).Take(MostHits);
        return Answer.Json(new SearchResult<Product>(text, [.. hits]));
    }

    private static Product Make(int number) => new($"SKU-{number}",
        $"{Styles[number % Styles.Length]} {Things[number % Things.Length]} {number}", Categories[number % Categories.Length],
        Price: 5 + (number * 37 % 20_000 / 100m), InStock: number * 13 % 90);
}

internal sealed record Product(string Sku, string Name, string Category, decimal Price, int InStock);

internal sealed record SearchResult<T>(string Query, T[] Items);
