using Loadstone.Gateway.Api;
using Loadstone.Gateway.Keys;
using Loadstone.Gateway.Users;
using Loadstone.ServiceHost;

namespace Loadstone.Gateway.Doors;

/// <summary>
/// Everybody's way in: who is it, are they in a hurry beyond measure, and may they do this? What an operation needs stands in
/// the API's documents; whatever of /api is not described there needs a known visitor too, so that nothing is open by mistake.
/// </summary>
internal static class Door
{
    public const string KeyHeader = "X-Api-Key";
    private const string BearerStart = "Bearer ";

    public static void AddDoor(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<KnownVisitors>();
        builder.Services.AddSingleton<KeyRing>();
        builder.Services.AddSingleton<ApiKeys>();
        builder.AddRateLimits();
        builder.AddOrigins();
    }

    public static void UseDoor(this WebApplication app)
    {
        app.UseOrigins();
        app.Use(IdentifyAsync);
        app.UseRateLimiter();
        app.Use(AdmitAsync);
    }

    private static async Task IdentifyAsync(HttpContext context, RequestDelegate next)
    {
        var visitor = await FindAsync(context);
        if (visitor?.Until > context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow())
            visitor.Enter(context);
        await next(context);
    }

    private static async Task<Visitor?> FindAsync(HttpContext context)
    {
        if (KeyIn(context.Request) is { } key)
            return await context.RequestServices.GetRequiredService<KeyRing>().FindAsync(key, context);
        return await Tickets.ReadAsync(context) is var (session, by)
            ? await context.RequestServices.GetRequiredService<Sessions>().FindAsync(session, by)
            : null;
    }

    private static string? KeyIn(HttpRequest request)
    {
        if (request.Headers.TryGetValue(KeyHeader, out var given))
            return given.ToString();
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(BearerStart, StringComparison.OrdinalIgnoreCase) && KeyText.IsKey(authorization[BearerStart.Length..])
            ? authorization[BearerStart.Length..]
            : null;
    }

    private static Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        Origins.RefuseForgeries(context);
        if (Operation.Of(context) is { } operation)
            MustBeAllowed(context, operation);
        else if (context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && Visitor.Of(context) is null)
            throw Unknown();
        return next(context);
    }

    private static void MustBeAllowed(HttpContext context, Operation operation)
    {
        if (operation.Role == Role.Anonymous)
            return;
        var visitor = Visitor.Of(context) ?? throw Unknown();
        if (visitor.Role < operation.Role)
            throw new RefusalException(StatusCodes.Status403Forbidden, $"This takes the role {Visitor.Name(operation.Role)}; {visitor.User} is {Visitor.Name(visitor.Role)}.");
        if (visitor.Scopes.Count > 0 && !operation.Tags.Any(visitor.Scopes.Contains))
            throw new RefusalException(StatusCodes.Status403Forbidden, $"The key is good for {string.Join(", ", visitor.Scopes)} only.");
    }

    private static RefusalException Unknown() => new(StatusCodes.Status401Unauthorized, "Sign in, or send an API key.");
}
