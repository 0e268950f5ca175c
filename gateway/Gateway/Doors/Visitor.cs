using Loadstone.Gateway.Api;
using Loadstone.ServiceHost;

namespace Loadstone.Gateway.Doors;

/// <summary>By what somebody got in.</summary>
internal enum Credential
{
    /// <summary>By nothing.</summary>
    None,

    /// <summary>The key of a platform that runs on one machine, good on that machine only.</summary>
    LocalKey,
    Key,
    Token,
    Cookie,
}

/// <summary>Who is at the door: a person, or a machine by its key.</summary>
/// <param name="User">The name under which it acts; a key's is <c>key:NAME</c>, which no person can have.</param>
/// <param name="Role">What it may do.</param>
/// <param name="By">How it got in.</param>
/// <param name="Until">When that ends by itself.</param>
internal sealed record Visitor(string User, Role Role, Credential By, DateTimeOffset Until)
{
    private static readonly object Item = new();

    /// <summary>The person, or the one who made the key; null for what belongs to nobody.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The session, by the hash of its id; null for keys.</summary>
    public byte[]? Session { get; init; }

    /// <summary>The areas of the API (its tags) a key is good for; empty for all.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Whoever makes the present request; null when nobody known does.</summary>
    public static Visitor? Of(HttpContext context) => context.Items[Item] as Visitor;

    public static Visitor MustBeIn(HttpContext context) => Of(context) ?? throw new InvalidOperationException("The door let nobody in.");

    public void Enter(HttpContext context)
    {
        context.Items[Item] = this;
        InternalIdentity.Enter(context, ToCaller());
    }

    /// <summary>The caller as services are told of it.</summary>
    public static Caller CallerOf(HttpContext context) => Of(context)?.ToCaller() ?? new Caller(Operation.Gateway, "anonymous", []);

    // Who may do more has every lower role too.
    private Caller ToCaller() =>
        new(Operation.Gateway, User, [.. Enum.GetValues<Role>().Where(r => r > Role.Anonymous && r <= Role).Select(Name)]);

    /// <summary>A role's name on the wire.</summary>
    public static string Name(Role role) => role.ToString().ToLowerInvariant();
}
