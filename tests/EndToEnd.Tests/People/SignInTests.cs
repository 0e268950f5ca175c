using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Loadstone.Client;

namespace Loadstone.EndToEnd.Tests.People;

/// <summary>People: signing in and out, by token and by cookie, and what admins do about them (R14.1, R2.24).</summary>
[Collection(nameof(RunningPlatform))]
public sealed class SignInTests(RunningPlatform running)
{
    private const string Me = "/api/auth/me";

    [Fact]
    public async Task Somebody_who_signs_in_is_known_until_he_signs_out()
    {
        var person = await running.NewPersonAsync("engineer");
        using var signedIn = running.Caller(person.Tokens.AccessToken);

        var me = await ReadAsync(await signedIn.GetAsync(Me));
        Assert.Equal((person.Name, "engineer", "token"), (me["user"]!["name"]!.ToString(), me["user"]!["role"]!.ToString(), me["user"]!["signed_in_by"]!.ToString()));

        Assert.Equal(HttpStatusCode.OK, (await signedIn.PostAsync("/api/auth/sign-out", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await signedIn.GetAsync(Me)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync(person.Tokens.RefreshToken)).StatusCode);
    }

    [Fact]
    public async Task A_refresh_token_gets_new_tokens_and_opens_nothing_itself()
    {
        var person = await running.NewPersonAsync("viewer");
        var answer = await ReadAsync(await RefreshAsync(person.Tokens.RefreshToken));
        using var renewed = running.Caller(answer["tokens"]!["accessToken"]!.ToString());
        using var confused = running.Caller(person.Tokens.RefreshToken);

        Assert.Equal(HttpStatusCode.OK, (await renewed.GetAsync(Me)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await confused.GetAsync(Me)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync(person.Tokens.AccessToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefreshAsync("nonsense")).StatusCode);
    }

    [Fact]
    public async Task An_unknown_name_and_a_wrong_password_get_the_same_answer_after_the_same_work()
    {
        var person = await running.NewPersonAsync("viewer");
        using var nobody = running.Caller(null);
        var (unknown, wrong) = (new List<TimeSpan>(), new List<TimeSpan>());
        var answers = new List<string>();
        for (var n = 0; n < 4; n++)
        {
            answers.Add(await TimeAsync($"n{Guid.NewGuid():N}", unknown));
            answers.Add(await TimeAsync(person.Name, wrong));
        }

        Assert.Single(answers.Distinct());
        Assert.InRange(unknown.Min() / wrong.Min(), 0.33, 3);

        async Task<string> TimeAsync(string name, List<TimeSpan> times)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await nobody.PostAsJsonAsync("/api/auth/sign-in", new { name, password = "wrong password" });
            times.Add(Stopwatch.GetElapsedTime(began));
            return $"{answer.StatusCode} {(await ReadAsync(answer))["error"]}";
        }
    }

    [Fact]
    public async Task Five_wrong_passwords_close_an_account_even_to_the_right_one_and_an_admin_opens_it_again()
    {
        var person = await running.NewPersonAsync("viewer");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SignInAsync(person.Name, "wrong password")));

        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(person.Name, person.Password)).StatusCode);
        Assert.NotNull((await running.Api.UsersAsync(null, CancellationToken.None)).Users.Single(u => u.Id == person.Id).LockedUntil);

        var reset = await running.Api.ResetPasswordAsync(person.Id, new PasswordReset(), CancellationToken.None);
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(person.Name, reset.Password!)).StatusCode);
        using var before = running.Caller(person.Tokens.AccessToken);
        Assert.Equal(HttpStatusCode.Unauthorized, (await before.GetAsync(Me)).StatusCode);
    }

    [Fact]
    public async Task A_new_password_ends_every_other_session_of_its_owner()
    {
        var person = await running.NewPersonAsync("viewer");
        var other = JsonNode.Parse(await (await SignInAsync(person.Name, person.Password)).Content.ReadAsStringAsync())!["tokens"]!["accessToken"]!.ToString();
        using var here = running.Caller(person.Tokens.AccessToken);
        using var elsewhere = running.Caller(other);

        var tooShort = await here.PostAsJsonAsync("/api/auth/password", new { password = person.Password, newPassword = "short" });
        var wrong = await here.PostAsJsonAsync("/api/auth/password", new { password = "wrong password", newPassword = "battery staple 2" });
        var right = await here.PostAsJsonAsync("/api/auth/password", new { password = person.Password, newPassword = "battery staple 2" });

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.OK), (tooShort.StatusCode, wrong.StatusCode, right.StatusCode));
        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync(Me)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await elsewhere.GetAsync(Me)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(person.Name, person.Password)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(person.Name, "battery staple 2")).StatusCode);
    }

    [Theory]
    [InlineData("https://elsewhere.example", null, HttpStatusCode.Forbidden)]
    [InlineData("null", null, HttpStatusCode.Forbidden)]
    [InlineData(null, "cross-site", HttpStatusCode.Forbidden)]
    [InlineData(null, "same-site", HttpStatusCode.Forbidden)]
    [InlineData("https://elsewhere.example", "same-origin", HttpStatusCode.Forbidden)]
    [InlineData(null, null, HttpStatusCode.Forbidden)]
    [InlineData("here", null, HttpStatusCode.Created)]
    [InlineData("here", "same-origin", HttpStatusCode.Created)]
    public async Task A_cookie_changes_things_for_pages_of_this_gateway_only(string? origin, string? site, HttpStatusCode expected)
    {
        var person = await running.NewPersonAsync("engineer");
        var cookie = await CookieAsync(person);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/load-testing/configurations") { Content = JsonContent.Create(RunningPlatform.Plan()) };
        request.Headers.Add("Cookie", cookie);
        if (origin is not null)
            request.Headers.Add("Origin", origin == "here" ? running.Platform.Gateway.GetLeftPart(UriPartial.Authority) : origin);
        if (site is not null)
            request.Headers.Add("Sec-Fetch-Site", site);
        using var browser = running.Caller(null);

        Assert.Equal(expected, (await browser.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_cookie_is_for_this_site_and_no_script_and_ends_with_the_session()
    {
        var person = await running.NewPersonAsync("viewer");
        using var nobody = running.Caller(null);
        using var answer = await nobody.PostAsJsonAsync("/api/auth/sign-in", new { name = person.Name, password = person.Password, cookie = true });
        var set = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("samesite=strict", set);
        Assert.Contains("httponly", set);
        Assert.Null((await ReadAsync(answer))["tokens"]);

        using var browser = running.Caller(null);
        browser.DefaultRequestHeaders.Add("Cookie", set.Split(';')[0]);
        Assert.Equal("cookie", (await ReadAsync(await browser.GetAsync(Me)))["user"]!["signed_in_by"]!.ToString());
        browser.DefaultRequestHeaders.Add("Origin", running.Platform.Gateway.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync("/api/auth/sign-out", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(Me)).StatusCode);
    }

    [Fact]
    public async Task Another_site_cannot_sign_a_browser_in()
    {
        var person = await running.NewPersonAsync("viewer");
        using var browser = running.Caller(null);
        browser.DefaultRequestHeaders.Add("Origin", "https://elsewhere.example");

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsJsonAsync("/api/auth/sign-in", new { name = person.Name, password = person.Password, cookie = true })).StatusCode);
    }

    [Fact]
    public async Task A_key_neither_signs_out_nor_has_a_password()
    {
        using var machine = running.Caller((await running.NewKeyAsync("admin")).Secret);

        Assert.Equal(HttpStatusCode.Forbidden, (await machine.PostAsync("/api/auth/sign-out", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await machine.PostAsJsonAsync("/api/auth/password", new { password = "x", newPassword = "battery staple 2" })).StatusCode);
    }

    [Fact]
    public async Task A_user_that_makes_no_sense_is_refused_field_by_field_and_a_name_is_taken_once()
    {
        var taken = await running.NewPersonAsync("viewer");
        var bad = await ReadAsync(await running.Gateway.PostAsJsonAsync("/api/users", new { role = "anonymous", password = "short", colour = "red" }));
        var name = await ReadAsync(await running.Gateway.PostAsJsonAsync("/api/users", new { name = "key:ci", role = "viewer" }));
        var again = await running.Gateway.PostAsJsonAsync("/api/users", new { name = taken.Name.ToUpperInvariant(), role = "viewer" });

        Assert.Equal(["colour", "name", "password", "role"], bad["errors"]!.AsObject().Select(e => e.Key).Order());
        Assert.Equal(["name"], name["errors"]!.AsObject().Select(e => e.Key));
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Fact]
    public async Task The_last_admin_stays_one_though_all_leave_at_once()
    {
        var admins = new[] { await running.NewPersonAsync("admin"), await running.NewPersonAsync("admin") };
        var everybody = (await running.Api.UsersAsync(null, CancellationToken.None)).Users.Where(u => u.Role == "admin").Select(u => u.Id).ToList();

        var answers = await Task.WhenAll(everybody.Select(id => running.Gateway.PutAsJsonAsync($"/api/users/{id}", new { role = "viewer" })));
        var left = (await running.Api.UsersAsync(null, CancellationToken.None)).Users.Where(u => u.Role == "admin").ToList();

        // Back as it was, for the tests to come.
        foreach (var id in everybody.Except(admins.Select(a => a.Id)))
            await running.Api.ChangeUserAsync(id, new UserChange("admin"), CancellationToken.None);
        Assert.Single(left);
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Conflict);
    }

    private async Task<HttpResponseMessage> SignInAsync(string name, string password)
    {
        using var nobody = running.Caller(null);
        return await nobody.PostAsJsonAsync("/api/auth/sign-in", new { name, password });
    }

    private async Task<HttpResponseMessage> RefreshAsync(string token)
    {
        using var nobody = running.Caller(null);
        return await nobody.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = token });
    }

    private async Task<string> CookieAsync(Person person)
    {
        using var nobody = running.Caller(null);
        using var answer = await nobody.PostAsJsonAsync("/api/auth/sign-in", new { name = person.Name, password = person.Password, cookie = true });
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
}
