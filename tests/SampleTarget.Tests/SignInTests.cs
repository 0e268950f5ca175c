using System.Net;
using System.Net.Http.Json;

namespace Loadstone.SampleTarget.Tests;

public sealed class SignInTests
{
    [Theory]
    [InlineData("/api/auth/login", 1)]
    [InlineData("/api/auth/signin", 20_000)]
    public async Task A_user_who_knows_the_password_gets_a_token(string path, int user)
    {
        await using var target = await RunningTarget.StartAsync();
        var answer = await SignInAsync(target, path, $"user{user}@sample.test", $"password-{user}").JsonAsync();
        Assert.NotEmpty(answer.Text("token"));
        Assert.Equal($"user{user}@sample.test", answer["user"]!.Text("email"));
    }

    [Theory]
    [InlineData("user1@sample.test", "password-2")]
    [InlineData("user20001@sample.test", "password-20001")]
    [InlineData("user0@sample.test", "password-0")]
    [InlineData("user01@sample.test", "password-1")]
    [InlineData("user-1@sample.test", "password--1")]
    [InlineData("user@sample.test", "password-")]
    [InlineData("user@sample.tes", "password-")]
    [InlineData("somebody@else.test", "password-1")]
    public async Task A_wrong_email_or_password_gets_401_with_problem_details(string email, string password)
    {
        await using var target = await RunningTarget.StartAsync();
        var answer = await SignInAsync(target, "/api/auth/login", email, password);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(401, (await answer.JsonAsync()).Number("status"));
    }

    [Theory]
    [InlineData("GET", "/api/dashboard")]
    [InlineData("POST", "/api/forms/submit")]
    [InlineData("GET", "/api/cart")]
    [InlineData("POST", "/api/cart/items")]
    [InlineData("POST", "/api/cart/checkout")]
    [InlineData("POST", "/api/uploads")]
    public async Task Routes_of_members_refuse_strangers(string method, string path)
    {
        await using var target = await RunningTarget.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method is "POST" ? Answers.Json("{}") : null };
        Assert.Equal(HttpStatusCode.Unauthorized, (await target.Http.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.")]
    [InlineData("1.AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("01.x")]
    public async Task A_token_that_was_not_given_by_the_target_is_refused(string token)
    {
        await using var target = await RunningTarget.StartAsync();
        target.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await target.Http.GetAsync("/api/dashboard")).StatusCode);
    }

    [Fact]
    public async Task The_token_of_one_user_does_not_open_another_account()
    {
        await using var target = await RunningTarget.StartAsync();
        var forged = "2" + (await target.SignInAsync(1))[1..];
        target.Http.DefaultRequestHeaders.Authorization = new("Bearer", forged);
        Assert.Equal(HttpStatusCode.Unauthorized, (await target.Http.GetAsync("/api/dashboard")).StatusCode);
    }

    [Fact]
    public async Task The_session_cookie_does_for_the_token()
    {
        await using var target = await RunningTarget.StartAsync();
        using var browser = new HttpClient { BaseAddress = target.Address };
        var answer = await browser.PostAsJsonAsync("/api/auth/login", new { email = "user5@sample.test", password = "password-5" });
        Assert.Contains("httponly", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("user5@sample.test", (await browser.GetAsync("/api/auth/me").JsonAsync()).Text("email"));
        await browser.PostAsync("/api/auth/logout", null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/auth/me")).StatusCode);
    }

    [Fact]
    public async Task The_journey_of_login_dashboard_and_form_goes_through()
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync(17);
        Assert.Equal("user17@sample.test", (await member.GetAsync("/api/dashboard").JsonAsync())["user"]!.Text("email"));
        var form = await member.PostAsJsonAsync("/api/forms/submit", new { email = "guest@sample.test", wishes = new[] { "lanterns" } });
        Assert.Equal(HttpStatusCode.Created, form.StatusCode);
        Assert.Equal(2, (await form.JsonAsync()).Number("fields"));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"email\": 5}")]
    [InlineData("{\"email\": \"nobody\"}")]
    [InlineData("not json")]
    [InlineData("")]
    public async Task A_form_that_does_not_fit_is_refused(string form)
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await member.PostAsync("/api/forms/submit", Answers.Json(form))).StatusCode);
    }

    private static Task<HttpResponseMessage> SignInAsync(RunningTarget target, string path, string email, string password) =>
        target.Http.PostAsJsonAsync(path, new { email, password });
}
