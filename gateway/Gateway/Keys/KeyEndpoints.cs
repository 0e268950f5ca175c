using Loadstone.Gateway.Api;
using Loadstone.Gateway.Doors;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Gateway.Keys;

/// <summary>Keys for machines. People make their own; admins see and revoke everybody's.</summary>
internal static class KeyEndpoints
{
    public static void MapKeys(this WebApplication app)
    {
        app.MapOperation("listKeys", ListAsync);
        app.MapOperation("createKey", CreateAsync);
        app.MapOperation("revokeKey", RevokeAsync);
    }

    private static async Task<KeyList> ListAsync(HttpContext http, ApiKeys keys, string? active)
    {
        var isActive = active switch
        {
            null or "true" => true,
            "false" => false,
            _ => throw RefusalException.Field("active", "must be true or false"),
        };
        return new KeyList(true, await keys.ListAsync(OwnerFor(Visitor.MustBeIn(http)), isActive, http.RequestAborted));
    }

    private static async Task<IResult> CreateAsync(HttpContext http, ApiKeys keys, ApiDocument document, TimeProvider time)
    {
        var maker = Visitor.MustBeIn(http);
        // A key that leaked must not be able to leave others behind.
        if (maker.By == Credential.Key)
            throw new RefusalException(StatusCodes.Status403Forbidden, "A key cannot make keys; sign in as a person.");
        var wanted = await http.Request.ReadAsync(body => Read(body, maker.Role, document, time.GetUtcNow()));
        var text = KeyText.New();
        var key = await keys.AddAsync(wanted, text, maker.User, maker.UserId, http.RequestAborted)
            ?? throw RefusalException.Conflict($"There is a key named '{wanted.Name}' already.");
        return Results.Created($"{http.Request.Path}/{key.Id}", new NewKeyAnswer(true, key, text));
    }

    private static async Task<IResult> RevokeAsync(HttpContext http, Guid id, ApiKeys keys, KnownVisitors known)
    {
        var visitor = Visitor.MustBeIn(http);
        var key = await keys.RevokeAsync(id, OwnerFor(visitor), visitor.User, http.RequestAborted) ?? throw RefusalException.NotFound("key", id);
        known.ForgetAll();
        return Results.Ok(new KeyAnswer(true, key));
    }

    // Null stands for everybody's; who owns nothing and is no admin gets what belongs to nobody they could be.
    private static Guid? OwnerFor(Visitor visitor) => visitor.Role == Role.Admin ? null : visitor.UserId ?? Guid.Empty;

    private static NewKey Read(DocumentNode body, Role most, ApiDocument document, DateTimeOffset now)
    {
        var name = body.RequiredText("name", max: 64);
        var role = body.OneOf<Role>("role");
        if (!body.Has("role"))
            body.Error("role", "is required");
        if (role == Role.Anonymous || role > most)
            body.Error("role", $"must not be more than your own, which is {Visitor.Name(most)}, and not anonymous");
        var scopes = body.Texts("scopes", most: 50, max: 64);
        foreach (var scope in scopes.Where(s => !document.Operations.Any(o => o.Tags.Contains(s))))
            body.Error("scopes", $"holds {scope}, which is no area of the API");
        return new NewKey(name, Visitor.Name(role ?? Role.Viewer), scopes, ExpiryIn(body, now));
    }

    private static DateTimeOffset? ExpiryIn(DocumentNode body, DateTimeOffset now)
    {
        var at = body.Instant("expires_at");
        if (at <= now)
            body.Error("expires_at", "must not be over already");
        return at;
    }
}

[Envelope]
internal sealed record KeyList(bool Success, IReadOnlyList<ApiKeyView> Keys);

[Envelope]
internal sealed record KeyAnswer(bool Success, ApiKeyView Key);

/// <summary>A new key; <c>Secret</c> is the key itself, which is never shown again.</summary>
[Envelope]
internal sealed record NewKeyAnswer(bool Success, ApiKeyView Key, string Secret);
