using System.Net;
using System.Net.Http.Json;

namespace Loadstone.SampleTarget.Tests;

public sealed class ShopTests
{
    [Fact]
    public async Task The_catalogue_has_two_hundred_products_in_pages_of_twenty()
    {
        await using var target = await RunningTarget.StartAsync();
        var skus = new List<string>();
        for (var page = 1; page <= 10; page++)
            skus.AddRange((await target.GetAsync($"/api/products?page={page}"))["items"]!.AsArray().Select(item => item!.Text("sku")));
        Assert.Equal(string.Join(' ', Enumerable.Range(1001, 200).Select(n => $"SKU-{n}")), string.Join(' ', skus));
        Assert.Empty((await target.GetAsync("/api/products?page=11"))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("/api/products?page=0")]
    [InlineData("/api/products?page=first")]
    [InlineData("/api/products/search")]
    public async Task A_query_that_does_not_fit_is_refused(string path)
    {
        await using var target = await RunningTarget.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await target.Http.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task A_search_finds_products_by_their_name()
    {
        await using var target = await RunningTarget.StartAsync();
        var found = await target.GetAsync("/api/products/search?q=ivory%20lan");
        Assert.NotEmpty(found["items"]!.AsArray());
        Assert.All(found["items"]!.AsArray(), item => Assert.StartsWith("Ivory Lantern", item!.Text("name"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_put_into_the_cart_can_be_seen_taken_out_and_bought()
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        await member.PostAsJsonAsync("/api/cart/items", new { sku = "SKU-1001", quantity = 2 });
        await member.PostAsJsonAsync("/api/cart/items", new { sku = "SKU-1001" });
        await member.PostAsJsonAsync("/api/cart/items", new { sku = "SKU-1002" });
        await member.DeleteAsync("/api/cart/items/SKU-1002");
        var line = Assert.Single((await member.GetAsync("/api/cart").JsonAsync())["lines"]!.AsArray());
        Assert.Equal(3, line!.Number("quantity"));

        var bought = await member.PostAsJsonAsync("/api/cart/checkout", new { items = Array.Empty<string>() });
        Assert.Equal(HttpStatusCode.Created, bought.StatusCode);
        var order = await bought.JsonAsync();
        Assert.Equal(order.ToJsonString(), (await member.GetAsync($"/api/orders/{order.Text("id")}").JsonAsync()).ToJsonString());
        Assert.Empty((await member.GetAsync("/api/cart").JsonAsync())["lines"]!.AsArray());
        Assert.Equal(HttpStatusCode.Conflict, (await member.PostAsJsonAsync("/api/cart/checkout", new { })).StatusCode);
    }

    [Fact]
    public async Task A_checkout_of_named_items_needs_no_cart_and_names_the_item_it_does_not_know()
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        var bought = await member.PostAsJsonAsync("/api/cart/checkout", new { items = new[] { "SKU-1001", "SKU-1200", "SKU-1001" } }).JsonAsync();
        Assert.Equal(2, bought["lines"]!.AsArray().Count);
        var refused = await member.PostAsJsonAsync("/api/cart/checkout", new { items = new[] { "SKU-1001", "SKU-9" } });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.NotNull((await refused.JsonAsync())["errors"]!["items[1]"]);
    }

    [Fact]
    public async Task A_cart_keeps_at_most_fifty_lines_and_a_user_five_orders()
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        for (var n = 1001; n <= 1060; n++) await member.PostAsJsonAsync("/api/cart/items", new { sku = $"SKU-{n}" });
        Assert.Equal(50, (await member.GetAsync("/api/cart").JsonAsync())["lines"]!.AsArray().Count);
        for (var n = 0; n < 8; n++) await member.PostAsJsonAsync("/api/cart/checkout", new { items = new[] { "SKU-1001" } });
        Assert.Equal(5, (await member.GetAsync("/api/orders").JsonAsync()).AsArray().Count);
    }

    [Fact]
    public async Task Carts_belong_to_their_users_and_a_reset_empties_them()
    {
        await using var target = await RunningTarget.StartAsync();
        using var one = await target.MemberAsync(1);
        using var two = await target.MemberAsync(2);
        await one.PostAsJsonAsync("/api/cart/items", new { sku = "SKU-1001" });
        Assert.Empty((await two.GetAsync("/api/cart").JsonAsync())["lines"]!.AsArray());
        await target.ResetAsync();
        Assert.Empty((await one.GetAsync("/api/cart").JsonAsync())["lines"]!.AsArray());
    }

    [Fact]
    public async Task A_payment_can_be_made_looked_up_and_refunded()
    {
        await using var target = await RunningTarget.StartAsync();
        var paid = await target.Http.PostAsJsonAsync("/api/payments", new { reference = "ORD-1-1", amount = 12.5, method = "card" });
        Assert.Equal(HttpStatusCode.Created, paid.StatusCode);
        var id = (await paid.JsonAsync()).Text("id");
        Assert.Equal("authorised", (await target.GetAsync($"/api/payments/{id}")).Text("status"));
        Assert.Equal("refunded", (await target.Http.PostAsync($"/api/payments/{id}/refund", null).JsonAsync()).Text("status"));
        var refused = await target.Http.PostAsJsonAsync("/api/payments", new { amount = 0, method = "shells" }).JsonAsync();
        Assert.Equal("amount, method", refused.Blamed());
    }
}
