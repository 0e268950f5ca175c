using RestEase;

namespace Loadstone.Client;

/// <summary>Who may come in: sign-in, people, keys and the audit log.</summary>
public partial interface ILoadstoneApi
{
    /// <summary>Signs a person in.</summary>
    [Post("api/auth/sign-in")]
    Task<SignInAnswer> SignInAsync([Body] SignInRequest request, CancellationToken cancellation);

    /// <summary>Gets new tokens for a refresh token.</summary>
    [Post("api/auth/refresh")]
    Task<SignInAnswer> RefreshAsync([Body] RefreshRequest request, CancellationToken cancellation);

    /// <summary>Ends the session of the token this client calls with.</summary>
    [Post("api/auth/sign-out")]
    Task SignOutAsync(CancellationToken cancellation);

    /// <summary>Who the caller is.</summary>
    [Get("api/auth/me")]
    Task<MeAnswer> MeAsync(CancellationToken cancellation);

    /// <summary>Gives the caller a new password.</summary>
    [Post("api/auth/password")]
    Task ChangePasswordAsync([Body] PasswordRequest request, CancellationToken cancellation);

    /// <summary>People who may sign in, or those who may not any more.</summary>
    [Get("api/users")]
    Task<UserList> UsersAsync([Query] string? active, CancellationToken cancellation);

    /// <summary>Adds a person.</summary>
    [Post("api/users")]
    Task<NewUserAnswer> CreateUserAsync([Body] NewUserRequest user, CancellationToken cancellation);

    /// <summary>Gives a person a role, and lets a deactivated one in again.</summary>
    [Put("api/users/{id}")]
    Task<UserAnswer> ChangeUserAsync([Path] Guid id, [Body] UserChange change, CancellationToken cancellation);

    /// <summary>Locks a person out.</summary>
    [Delete("api/users/{id}")]
    Task<UserAnswer> DeactivateUserAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Gives a person a password that is made up, and ends the sessions.</summary>
    [Post("api/users/{id}/password")]
    Task<NewUserAnswer> ResetPasswordAsync([Path] Guid id, [Body] PasswordReset reset, CancellationToken cancellation);

    /// <summary>The caller's keys; for an admin everybody's.</summary>
    [Get("api/keys")]
    Task<KeyList> KeysAsync([Query] string? active, CancellationToken cancellation);

    /// <summary>Makes a key; its secret is in this answer and nowhere else.</summary>
    [Post("api/keys")]
    Task<NewKeyAnswer> CreateKeyAsync([Body] NewKeyRequest key, CancellationToken cancellation);

    /// <summary>Takes all rights from a key.</summary>
    [Delete("api/keys/{id}")]
    Task<KeyAnswer> RevokeKeyAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>The audit log, newest first.</summary>
    [Get("api/audit")]
    Task<AuditList> AuditAsync([Query] string? user, [Query] string? operation, [Query] string? outcome, [Query] int limit, [Query] string? cursor, CancellationToken cancellation);

    /// <summary>A page of the audit log, by any of the filters that the API names.</summary>
    [Get("api/audit")]
    Task<AuditList> AuditAsync([QueryMap] IDictionary<string, string> filter, CancellationToken cancellation);
}
