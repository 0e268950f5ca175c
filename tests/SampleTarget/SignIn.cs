using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;

namespace Loadstone.SampleTarget;

/// <summary>POST /api/auth/login and /signin give a token; users and passwords are computed, and no session is kept.</summary>
internal static class SignIn
{
    private static readonly TimeSpan CookieLife = TimeSpan.FromHours(12);

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/auth/login", Enter);
        routes.MapPost("/api/auth/signin", Enter);
        routes.MapPost("/api/auth/logout", Leave);
        routes.MapGet("/api/auth/me", (Member member) => Answer.Json(member.Profile));
    }

    private static IResult Enter(HttpContext context, Credentials credentials)
    {
        if (string.IsNullOrEmpty(credentials.Email)) return Answer.Invalid("email", "is missing");
        if (string.IsNullOrEmpty(credentials.Password)) return Answer.Invalid("password", "is missing");
        if (Member.With(credentials) is not { } member) return Answer.Problem(401, "Email or password is wrong.");

        context.Response.Cookies.Append(Member.CookieName, member.Token, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            MaxAge = CookieLife,
        });
        return Answer.Json(new SignedIn(member.Token, member.Profile));
    }

    private static IResult Leave(HttpContext context)
    {
        context.Response.Cookies.Delete(Member.CookieName);
        return Results.NoContent();
    }
}

internal sealed record Credentials(string? Email, string? Password);

internal sealed record Profile(int Id, string Email, string Name, string Role);

internal sealed record SignedIn(string Token, Profile User);

/// <summary>A user who has signed in. A route that takes one answers 401 without a valid bearer token or session cookie.</summary>
internal sealed record Member(int Number)
{
    public const string CookieName = "session";
    private const int Most = 20_000;
    private const int SignatureBytes = 16;

    // Nothing here is secret; a fixed key keeps tokens good across restarts and between several targets.
    private static readonly byte[] Key = SHA256.HashData("Loadstone.SampleTarget"u8);

    public string Token => $"{Number}.{Signature(Number)}";

    public Profile Profile => new(Number, $"user{Number}@sample.test", $"Sample User {Number}", Number % 10 == 0 ? "supplier" : "couple");

    public static Member? With(Credentials credentials) =>
        credentials.Email!.StartsWith("user", StringComparison.Ordinal)
        && credentials.Email.EndsWith("@sample.test", StringComparison.Ordinal)
        && Numbered(credentials.Email.AsSpan(4, credentials.Email.Length - "user@sample.test".Length)) is { } member
        && $"password-{member.Number}".Equals(credentials.Password, StringComparison.Ordinal) ? member : null;

    public static ValueTask<Member> BindAsync(HttpContext context)
    {
        var token = BearerToken(context) ?? context.Request.Cookies[CookieName];
        if (token is not null && FromToken(token) is { } member) return ValueTask.FromResult(member);
        context.Response.Headers.WWWAuthenticate = "Bearer";
        throw Answer.Refuse(401, "Sign in first: a bearer token or the session cookie is needed.");
    }

    private static string? BearerToken(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? header["Bearer ".Length..]
            : null;

    private static Member? FromToken(string token)
    {
        var dot = token.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && Numbered(token.AsSpan(0, dot)) is { } member && token.Equals(member.Token, StringComparison.Ordinal) ? member : null;
    }

    private static Member? Numbered(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= Most && digits[0] != '0'
            ? new Member(number)
            : null;

    private static string Signature(int number)
    {
        Span<byte> text = stackalloc byte[16];
        number.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Key, text[..length], hash);
        return Base64Url.EncodeToString(hash[..SignatureBytes]);
    }
}
