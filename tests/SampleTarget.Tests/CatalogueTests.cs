using System.Net;
using System.Net.Http.Json;

namespace Loadstone.SampleTarget.Tests;

public sealed class CatalogueTests
{
    [Theory]
    [InlineData("/api/products")]
    [InlineData("/api/weddings")]
    [InlineData("/api/guests")]
    [InlineData("/api/suppliers")]
    [InlineData("/api/services")]
    [InlineData("/api/gallery")]
    [InlineData("/api/notifications")]
    [InlineData("/api/messages")]
    [InlineData("/api/payments")]
    public async Task Every_list_has_pages_and_is_the_same_in_two_targets(string path)
    {
        await using var one = await RunningTarget.StartAsync("--seed", "1");
        await using var two = await RunningTarget.StartAsync("--seed", "2");
        var page = await one.GetAsync(path + "?page=2");
        Assert.Equal(20, page["items"]!.AsArray().Count);
        Assert.Equal(2, page.Number("page"));
        Assert.True(page.Number("total") >= 60);
        Assert.Equal(page.ToJsonString(), await two.Http.GetStringAsync(path + "?page=2"));
    }

    [Theory]
    [InlineData("/api/suppliers/300")]
    [InlineData("/api/services/60")]
    [InlineData("/api/gallery/120")]
    [InlineData("/api/weddings/500")]
    [InlineData("/api/weddings/500/checklist")]
    [InlineData("/api/payments/DUE-100")]
    [InlineData("/api/reports/budget")]
    [InlineData("/api/reports")]
    public async Task What_is_listed_can_be_opened(string path)
    {
        await using var target = await RunningTarget.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await target.Http.GetAsync(path)).StatusCode);
    }

    [Theory]
    [InlineData("/api/suppliers/301")]
    [InlineData("/api/services/0")]
    [InlineData("/api/gallery/121")]
    [InlineData("/api/gallery/0/photo")]
    [InlineData("/api/weddings/0")]
    [InlineData("/api/payments/PAY-1")]
    [InlineData("/api/messages/1")]
    [InlineData("/api/messages/-1")]
    [InlineData("/api/reports/rumours")]
    [InlineData("/api/reports/rumours/export")]
    public async Task What_is_not_there_is_not_found(string path)
    {
        await using var target = await RunningTarget.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await target.Http.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task A_search_finds_suppliers_by_trade_and_an_enquiry_reaches_one()
    {
        await using var target = await RunningTarget.StartAsync();
        var found = await target.GetAsync("/api/suppliers/search?q=Florals");
        Assert.All(found["items"]!.AsArray(), item => Assert.Equal("florals", item!.Text("trade")));
        var id = found["items"]![0]!.Number("id");
        Assert.Equal(HttpStatusCode.Created, (await target.Http.PostAsJsonAsync($"/api/suppliers/{id}/enquiries", new { text = "Roses?" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await target.Http.PostAsJsonAsync($"/api/suppliers/{id}/enquiries", new { })).StatusCode);
    }

    [Fact]
    public async Task A_message_that_was_sent_can_be_read_again()
    {
        await using var target = await RunningTarget.StartAsync();
        var sent = await target.Http.PostAsJsonAsync("/api/messages", new { to = "user2@sample.test", text = "Hello" }).JsonAsync();
        Assert.Equal("Hello", (await target.GetAsync($"/api/messages/{sent.Text("id")}")).Text("text"));
    }

    [Theory]
    [InlineData("photo", 320, 240)]
    [InlineData("thumbnail", 64, 48)]
    public async Task A_photo_is_a_picture_of_its_size(string kind, int width, int height)
    {
        await using var target = await RunningTarget.StartAsync();
        var bytes = await target.Http.GetByteArrayAsync($"/api/gallery/7/{kind}");
        Assert.Equal("BM"u8, bytes.AsSpan(0, 2));
        Assert.Equal((width, height), (BitConverter.ToInt32(bytes, 18), BitConverter.ToInt32(bytes, 22)));
        Assert.Equal(54 + (width * height * 3), bytes.Length);
    }

    [Fact]
    public async Task A_report_exports_as_csv()
    {
        await using var target = await RunningTarget.StartAsync();
        var lines = (await target.Http.GetStringAsync("/api/reports/guests/export")).TrimEnd().Split('\n');
        Assert.Equal(13, lines.Length);
        Assert.Equal("month,count,amount", lines[0]);
    }

    [Fact]
    public async Task Notifications_come_as_server_sent_events()
    {
        await using var target = await RunningTarget.StartAsync();
        var answer = await target.Http.GetAsync("/api/notifications/stream?interval_ms=1&count=3");
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        var events = (await answer.Content.ReadAsStringAsync()).TrimEnd().Split("\n\n");
        Assert.Equal("id: 1, id: 2, id: 3", string.Join(", ", events.Select(text => text.Split('\n')[0])));
        Assert.All(events, text => Assert.StartsWith("data: {", text.Split('\n')[2], StringComparison.Ordinal));
    }
}
