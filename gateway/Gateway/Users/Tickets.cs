using System.Security.Claims;
using Loadstone.Gateway.Doors;
using Loadstone.ServiceHost;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Loadstone.Gateway.Users;

/// <summary>What a caller carries around to be known again: a pair of tokens, or a browser's cookie, sealed by the framework.</summary>
internal sealed class Tickets(IOptionsMonitor<BearerTokenOptions> bearer, TimeProvider time)
{
    private const string SessionClaim = "session";

    /// <summary>The session a request names by a valid token or cookie, and by which of them.</summary>
    public static async Task<(string Session, Credential By)?> ReadAsync(HttpContext context)
    {
        var hasToken = context.Request.Headers.ContainsKey("Authorization");
        var result = await context.AuthenticateAsync(hasToken ? IdentityConstants.BearerScheme : IdentityConstants.ApplicationScheme);
        return result.Principal?.FindFirstValue(SessionClaim) is { } session ? (session, hasToken ? Credential.Token : Credential.Cookie) : null;
    }

    /// <summary>A new pair of tokens for a session.</summary>
    public TokenPair Issue(string session)
    {
        var options = bearer.Get(IdentityConstants.BearerScheme);
        return new TokenPair(
            options.BearerTokenProtector.Protect(TicketOf(session, options.BearerTokenExpiration)),
            options.RefreshTokenProtector.Protect(TicketOf(session, options.RefreshTokenExpiration)),
            (long)options.BearerTokenExpiration.TotalSeconds);
    }

    /// <summary>The session of a refresh token; null when it is none, or too old.</summary>
    public string? SessionOfRefresh(string token) =>
        bearer.Get(IdentityConstants.BearerScheme).RefreshTokenProtector.Unprotect(token) is { Properties.ExpiresUtc: { } until } ticket && until > time.GetUtcNow()
            ? ticket.Principal.FindFirstValue(SessionClaim)
            : null;

    public static Task SetCookieAsync(HttpContext context, string session) =>
        context.SignInAsync(IdentityConstants.ApplicationScheme, PrincipalOf(session), new AuthenticationProperties { IsPersistent = true });

    public static Task TakeCookieAsync(HttpContext context) => context.SignOutAsync(IdentityConstants.ApplicationScheme);

    private AuthenticationTicket TicketOf(string session, TimeSpan goodFor) =>
        new(PrincipalOf(session), new AuthenticationProperties { ExpiresUtc = time.GetUtcNow() + goodFor }, IdentityConstants.BearerScheme);

    private static ClaimsPrincipal PrincipalOf(string session) =>
        new(new ClaimsIdentity([new Claim(SessionClaim, session)], IdentityConstants.BearerScheme));
}

[Envelope]
internal sealed record TokenPair(string AccessToken, string RefreshToken, long ExpiresIn);

internal static class TicketsSetup
{
    public static void AddTickets(this IServiceCollection services) => services.AddAuthentication()
        .AddBearerToken(IdentityConstants.BearerScheme, bearer =>
        {
            bearer.BearerTokenExpiration = TimeSpan.FromHours(1);
            bearer.RefreshTokenExpiration = Sessions.LivesUnused;
        })
        .AddCookie(IdentityConstants.ApplicationScheme, cookie =>
        {
            cookie.Cookie = new CookieBuilder
            {
                Name = "loadstone",
                Path = "/",
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                SecurePolicy = CookieSecurePolicy.SameAsRequest,
            };
            cookie.ExpireTimeSpan = Sessions.LivesUnused;
            cookie.SlidingExpiration = true;
        });
}
