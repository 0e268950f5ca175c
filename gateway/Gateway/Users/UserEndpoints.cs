using Loadstone.Gateway.Api;
using Loadstone.Gateway.Doors;
using Loadstone.Gateway.Keys;
using Loadstone.Plans;
using Loadstone.ServiceHost;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Loadstone.Gateway.Users;

/// <summary>What admins do about people.</summary>
internal static class UserEndpoints
{
    private const int LongestName = 64;

    // Changes of people follow one another, so that two admins cannot take each other's role away at once.
    private const string OneAtATime = "select pg_advisory_xact_lock(18380418)";

    public static void MapUsers(this WebApplication app)
    {
        app.MapOperation("listUsers", ListAsync);
        app.MapOperation("createUser", CreateAsync);
        app.MapOperation("getUser", async (Guid id, UsersContext db, CancellationToken cancellation) => new UserAnswer(true, UserView.Of(await FindAsync(db, id, cancellation))));
        app.MapOperation("changeUser", ChangeAsync);
        app.MapOperation("deactivateUser", (HttpContext http, Guid id, UserManager<User> users, UsersContext db, Sessions sessions) =>
            SaveAsync(http, id, users, db, sessions, user => user.IsActive = false));
        app.MapOperation("resetPassword", ResetPasswordAsync);
    }

    private static async Task<UserList> ListAsync(UsersContext db, string? active, CancellationToken cancellation)
    {
        var isActive = active switch
        {
            null or "true" => true,
            "false" => false,
            _ => throw RefusalException.Field("active", "must be true or false"),
        };
        return new UserList(true, await db.Users.Where(u => u.IsActive == isActive).OrderBy(u => u.NormalizedUserName).Select(u => UserView.Of(u)).ToListAsync(cancellation));
    }

    private static async Task<IResult> CreateAsync(HttpContext http, UserManager<User> users, TimeProvider time)
    {
        var (name, role, given) = await http.Request.ReadAsync(body => (body.RequiredText("name", LongestName), RoleIn(body), PasswordText.Read(body, "password")));
        var user = new User { Id = Guid.CreateVersion7(), UserName = name, Role = role, CreatedBy = Visitor.MustBeIn(http).User, CreatedAt = time.GetUtcNow() };
        var password = given ?? KeyText.NewSecret();
        await AddAsync(users, user, password);
        return Results.Created($"{http.Request.Path}/{user.Id}", new NewUserAnswer(true, UserView.Of(user), given is null ? password : null));
    }

    private static async Task AddAsync(UserManager<User> users, User user, string password)
    {
        try
        {
            var result = await users.CreateAsync(user, password);
            if (result.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.InvalidUserName)))
                throw RefusalException.Field("name", "may hold letters, digits and - . _ @ only");
            if (!result.Succeeded)
                throw Taken(user);
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation })
        {
            throw Taken(user);
        }
    }

    private static async Task<IResult> ChangeAsync(HttpContext http, Guid id, UserManager<User> users, UsersContext db, Sessions sessions)
    {
        var (role, isActive) = await http.Request.ReadAsync(body => (RoleIn(body), body.Flag("is_active", absent: true)));
        return await SaveAsync(http, id, users, db, sessions, user => (user.Role, user.IsActive) = (role, isActive));
    }

    private static async Task<IResult> SaveAsync(HttpContext http, Guid id, UserManager<User> users, UsersContext db, Sessions sessions, Action<User> change)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(http.RequestAborted);
        await db.Database.ExecuteSqlRawAsync(OneAtATime, http.RequestAborted);
        var user = await FindAsync(db, id, http.RequestAborted);
        change(user);
        await users.UpdateAsync(user);
        if (!await db.Users.AnyAsync(u => u.IsActive && u.Role == Role.Admin, http.RequestAborted))
            throw RefusalException.Conflict($"{user.UserName} is the last admin; make somebody else one first.");
        await transaction.CommitAsync(http.RequestAborted);
        if (!user.IsActive)
            await sessions.EndAllAsync(id, except: null, CancellationToken.None);
        sessions.Changed();
        return Results.Ok(new UserAnswer(true, UserView.Of(user)));
    }

    private static async Task<IResult> ResetPasswordAsync(HttpContext http, Guid id, UserManager<User> users, UsersContext db, Sessions sessions)
    {
        var given = await http.Request.ReadAsync(body => PasswordText.Read(body, "password"));
        var user = await FindAsync(db, id, http.RequestAborted);
        var password = given ?? KeyText.NewSecret();
        await PasswordText.SetAsync(users, user, password);
        await sessions.EndAllAsync(id, except: null, CancellationToken.None);
        return Results.Ok(new NewUserAnswer(true, UserView.Of(user), given is null ? password : null));
    }

    private static async Task<User> FindAsync(UsersContext db, Guid id, CancellationToken cancellation) =>
        await db.Users.SingleOrDefaultAsync(u => u.Id == id, cancellation) ?? throw RefusalException.NotFound("user", id);

    private static Role RoleIn(DocumentNode body)
    {
        var role = body.OneOf<Role>("role");
        if (!body.Has("role"))
            body.Error("role", "is required");
        else if (role == Role.Anonymous)
            body.Error("role", "must be one of viewer, engineer, admin");
        return role ?? Role.Viewer;
    }

    private static RefusalException Taken(User user) => RefusalException.Conflict($"There is, or was, a user named '{user.UserName}' already.");
}

[Envelope]
internal sealed record UserList(bool Success, IReadOnlyList<UserView> Users);

[Envelope]
internal sealed record UserAnswer(bool Success, UserView User);

/// <summary>A user with the password that was made up for it, which is never shown again.</summary>
[Envelope]
internal sealed record NewUserAnswer(bool Success, UserView User, string? Password);

internal sealed record UserView(Guid Id, string Name, string Role, bool IsActive, DateTimeOffset? LockedUntil, string CreatedBy, DateTimeOffset CreatedAt)
{
    public static UserView Of(User user) =>
        new(user.Id, user.UserName!, Visitor.Name(user.Role), user.IsActive, user.LockoutEnd > DateTimeOffset.UtcNow ? user.LockoutEnd : null, user.CreatedBy, user.CreatedAt);
}
