using Loadstone.Gateway.Api;
using Loadstone.Gateway.Doors;
using Loadstone.Plans;
using Loadstone.ServiceHost;
using Microsoft.AspNetCore.Identity;

namespace Loadstone.Gateway.Users;

/// <summary>Signing in and out, and what people do about themselves.</summary>
internal static class AuthEndpoints
{
    private const string Wrong = "The name or the password is wrong, or the account is closed for now.";

    public static void MapAuth(this WebApplication app)
    {
        app.MapOperation("signIn", SignInAsync);
        app.MapOperation("refreshTokens", RefreshAsync);
        app.MapOperation("signOut", SignOutAsync);
        app.MapOperation("getMe", (HttpContext http) => new MeAnswer(true, Me.Of(Visitor.MustBeIn(http))));
        app.MapOperation("changePassword", ChangePasswordAsync);
    }

    private static async Task<IResult> SignInAsync(HttpContext http, SignIn signIn, Sessions sessions, Tickets tickets)
    {
        var (name, password, cookie) = await http.Request.ReadAsync(body =>
            (body.RequiredText("name"), body.RequiredText("password", PasswordText.Longest), body.Flag("cookie", absent: false)));
        var user = await signIn.CheckAsync(name, password, http.RequestAborted) ?? throw Refused(Wrong);
        var session = await sessions.BeginAsync(user.Id, http.RequestAborted);
        var visitor = await sessions.FindAsync(session, cookie ? Credential.Cookie : Credential.Token) ?? throw Refused(Wrong);
        // The answer belongs to the person, and so does the line in the audit log.
        visitor.Enter(http);
        if (cookie)
            await Tickets.SetCookieAsync(http, session);
        return Results.Ok(new SignInAnswer(true, Me.Of(visitor), cookie ? null : tickets.Issue(session)));
    }

    private static async Task<IResult> RefreshAsync(HttpContext http, Sessions sessions, Tickets tickets)
    {
        var token = await http.Request.ReadAsync(body => body.RequiredText("refreshToken", max: 4000));
        var session = tickets.SessionOfRefresh(token);
        var visitor = session is null ? null : await sessions.FindAsync(session, Credential.Token);
        if (visitor is null)
            throw Refused("The refresh token is not good any more; sign in again.");
        visitor.Enter(http);
        return Results.Ok(new SignInAnswer(true, Me.Of(visitor), tickets.Issue(session!)));
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, Sessions sessions)
    {
        var visitor = Person(http);
        await sessions.EndAsync(visitor.Session!, http.RequestAborted);
        if (visitor.By == Credential.Cookie)
            await Tickets.TakeCookieAsync(http);
        return Results.Ok(new DoneAnswer(true, "Signed out."));
    }

    private static async Task<IResult> ChangePasswordAsync(HttpContext http, SignIn signIn, Sessions sessions, UserManager<User> users)
    {
        var visitor = Person(http);
        var (present, wanted) = await http.Request.ReadAsync(body => (body.RequiredText("password", PasswordText.Longest), PasswordText.Read(body, "newPassword", isRequired: true)!));
        var user = await signIn.CheckAsync(visitor.User, present, http.RequestAborted) ?? throw RefusalException.Field("password", "is wrong");
        await PasswordText.SetAsync(users, user, wanted);
        await sessions.EndAllAsync(user.Id, except: visitor.Session, http.RequestAborted);
        return Results.Ok(new DoneAnswer(true, "The password is changed; you are signed out everywhere else."));
    }

    private static Visitor Person(HttpContext http) => Visitor.MustBeIn(http) is { Session: not null } visitor
        ? visitor
        : throw new RefusalException(StatusCodes.Status403Forbidden, "Only a person who has signed in can do this, not a key.");

    private static RefusalException Refused(string sentence) => new(StatusCodes.Status401Unauthorized, sentence);
}

/// <summary>Passwords as they come in bodies.</summary>
internal static class PasswordText
{
    public const int Longest = 200;

    /// <summary>A new password, long enough; null when absent.</summary>
    public static string? Read(DocumentNode body, string name, bool isRequired = false)
    {
        if (isRequired && !body.Has(name))
            body.Error(name, "is required");
        return body.Text(name, Longest, UsersSetup.ShortestPassword);
    }

    /// <summary>Gives a person a password, and a new chance after wrong ones.</summary>
    public static async Task SetAsync(UserManager<User> users, User user, string password)
    {
        user.PasswordHash = users.PasswordHasher.HashPassword(user, password);
        (user.AccessFailedCount, user.LockoutEnd) = (0, null);
        if (!(await users.UpdateAsync(user)).Succeeded)
            throw RefusalException.Conflict("Somebody else has just changed the user; read it again.");
    }
}

[Envelope]
internal sealed record SignInAnswer(bool Success, Me User, TokenPair? Tokens);

[Envelope]
internal sealed record MeAnswer(bool Success, Me User);

[Envelope]
internal sealed record DoneAnswer(bool Success, string Message);

/// <summary>The caller as the platform knows it.</summary>
internal sealed record Me(string Name, string Role, Credential SignedInBy, IReadOnlyList<string> Scopes)
{
    public static Me Of(Visitor visitor) => new(visitor.User, Visitor.Name(visitor.Role), visitor.By, visitor.Scopes);
}
