using System.Collections.Concurrent;

namespace Loadstone.SampleTarget;

/// <summary>Each user's cart and last orders. Bounded: 20,000 users, 50 lines and 5 orders each, the oldest make room.</summary>
internal sealed class Carts
{
    private const int MostItems = 100;

    private readonly ConcurrentDictionary<int, Cart> _carts = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/cart", (Member member) => Answer.Json(Of(member).View()));
        routes.MapPost("/api/cart/items", Add);
        routes.MapDelete("/api/cart/items/{sku}", Remove);
        routes.MapPost("/api/cart/checkout", CheckOut);
        routes.MapGet("/api/orders", (Member member) => Answer.Json(Of(member).Orders()));
        routes.MapGet("/api/orders/{id}", OrderById);
    }

    public void Clear() => _carts.Clear();

    private Cart Of(Member member) => _carts.GetOrAdd(member.Number, static number => new Cart(number));

    private IResult Add(Member member, CartItem item)
    {
        if (Shop.Find(item.Sku) is not { } product) return Answer.Invalid("sku", "is no product of ours");
        if (item.Quantity is < 1 or > 100) return Answer.Invalid("quantity", "must be from 1 to 100");
        var cart = Of(member);
        cart.Add(product, item.Quantity);
        return Answer.Json(cart.View());
    }

    private IResult Remove(Member member, string sku)
    {
        var cart = Of(member);
        return cart.Remove(sku) ? Answer.Json(cart.View()) : Answer.NotFound("such line in the cart");
    }

    /// <summary>Buys the items named, or what is in the cart when none are.</summary>
    private IResult CheckOut(Member member, Checkout checkout)
    {
        var items = checkout.Items ?? [];
        if (items.Length > MostItems) return Answer.Invalid("items", $"must be at most {MostItems}");
        var unknown = Array.FindIndex(items, sku => Shop.Find(sku) is null);
        if (unknown >= 0) return Answer.Invalid($"items[{unknown}]", "is no product of ours");

        var order = Of(member).CheckOut(items);
        return order is null ? Answer.Problem(409, "The cart is empty and no items were named.") : Answer.Json(order, 201);
    }

    private IResult OrderById(Member member, string id) =>
        Of(member).Orders().FirstOrDefault(order => order.Id.Equals(id, StringComparison.Ordinal)) is { } order ? Answer.Json(order) : Answer.NotFound("such order");
}

internal sealed class Cart(int owner)
{
    private const int MostLines = 50;
    private const int MostOrders = 5;
    private const int MostOfOne = 999;

    private readonly Lock _using = new();
    private readonly List<CartLine> _lines = [];
    private readonly Queue<Order> _orders = [];
    private int _orderCount;

    public void Add(Product product, int quantity)
    {
        lock (_using)
        {
            var line = FindLine(product.Sku);
            if (line >= 0) _lines[line] = LineOf(product, Math.Min(_lines[line].Quantity + quantity, MostOfOne));
            else _lines.Add(LineOf(product, quantity));
            if (_lines.Count > MostLines) _lines.RemoveAt(0);
        }
    }

    public bool Remove(string sku)
    {
        lock (_using)
        {
            var line = FindLine(sku);
            if (line >= 0) _lines.RemoveAt(line);
            return line >= 0;
        }
    }

    public CartView View()
    {
        lock (_using) return new CartView([.. _lines], Total(_lines));
    }

    public Order[] Orders()
    {
        lock (_using) return [.. _orders.Reverse()];
    }

    public Order? CheckOut(string[] skus)
    {
        lock (_using)
        {
            List<CartLine> bought = skus.Length > 0
                ? [.. skus.CountBy(sku => sku).Select(group => LineOf(Shop.Find(group.Key)!, group.Value))]
                : [.. _lines];
            if (bought.Count == 0) return null;
            if (skus.Length == 0) _lines.Clear();
            return Keep(new Order($"ORD-{owner}-{++_orderCount}", "confirmed", [.. bought], Total(bought)));
        }
    }

    private int FindLine(string sku) => _lines.FindIndex(line => line.Sku.Equals(sku, StringComparison.Ordinal));

    private Order Keep(Order order)
    {
        _orders.Enqueue(order);
        if (_orders.Count > MostOrders) _orders.Dequeue();
        return order;
    }

    private static CartLine LineOf(Product product, int quantity) => new(product.Sku, quantity, product.Price * quantity);

    private static decimal Total(List<CartLine> lines) => lines.Sum(line => line.Price);
}

internal sealed record CartItem(string? Sku, int Quantity = 1);

internal sealed record CartLine(string Sku, int Quantity, decimal Price);

internal sealed record CartView(CartLine[] Lines, decimal Total);

internal sealed record Checkout(string[]? Items);

internal sealed record Order(string Id, string Status, CartLine[] Lines, decimal Total);
