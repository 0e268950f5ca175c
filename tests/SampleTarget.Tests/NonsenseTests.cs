using System.Net;

namespace Loadstone.SampleTarget.Tests;

public sealed class NonsenseTests
{
    private static readonly string[] Bodies =
    [
        "", "null", "5", "\"text\"", "[]", "[null]", "{", "{}", "{\"a\":", "\0", "{\"sku\":null,\"quantity\":null}", "{\"items\":[null]}",
        "{\"items\":{}}", "{\"items\":5}", "{\"slot\":{}}", "{\"slot\":\"S--1\"}", "{\"slot\":\"S-99999999999\"}", "{\"amount\":1e400}",
        "{\"guest_count\":1e9}", "{\"date\":\"2030-13-01\"}", "{\"size\":-1}", "{\"size\":1e30}", "{\"email\":null}", "{\"email\":\"user\",\"password\":\"\"}",
        "{\"attending\":\"maybe\"}", "{\"wedding\":-1,\"name\":\"x\"}", "{\"delay\":null,\"stall\":null,\"routes\":null}", "{\"drop_every\":99999999999}",
    ];

    [Theory]
    [InlineData("POST", "/api/auth/login")]
    [InlineData("POST", "/api/forms/submit")]
    [InlineData("POST", "/api/cart/items")]
    [InlineData("POST", "/api/cart/checkout")]
    [InlineData("POST", "/api/payments")]
    [InlineData("PUT", "/api/weddings/1")]
    [InlineData("POST", "/api/guests")]
    [InlineData("PUT", "/api/guests/1/rsvp")]
    [InlineData("POST", "/api/suppliers/1/enquiries")]
    [InlineData("POST", "/api/appointments")]
    [InlineData("POST", "/api/messages")]
    [InlineData("POST", "/api/uploads")]
    [InlineData("PUT", "/knobs")]
    public async Task No_body_makes_the_target_fail(string method, string path)
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        foreach (var body in Bodies)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = Answers.Json(body) };
            var answer = await member.SendAsync(request);
            Assert.True(answer.StatusCode < HttpStatusCode.InternalServerError, $"{body} gets {(int)answer.StatusCode}");
            if (!answer.IsSuccessStatusCode) Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        }
    }

    [Fact]
    public async Task A_body_that_is_not_json_is_refused()
    {
        await using var target = await RunningTarget.StartAsync();
        using var form = new FormUrlEncodedContent([new("email", "user1@sample.test")]);
        var answer = await target.Http.PostAsync("/api/auth/login", form);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Theory]
    [InlineData("/api/products?page=99999999999999999999")]
    [InlineData("/api/products?page=%zz&page=%00")]
    [InlineData("/api/products/search?q=%00%ff")]
    [InlineData("/api/guests?wedding=0")]
    [InlineData("/api/guests?page=1000000")]
    [InlineData("/api/notifications/stream?interval_ms=0")]
    [InlineData("/bytes/99999999999")]
    [InlineData("/cookies/set?%00=1")]
    [InlineData("/cookies/set?a;b=c%0d%0ad")]
    public async Task No_query_makes_the_target_fail(string path)
    {
        await using var target = await RunningTarget.StartAsync();
        Assert.True((await target.Http.GetAsync(path)).StatusCode < HttpStatusCode.InternalServerError);
    }
}
