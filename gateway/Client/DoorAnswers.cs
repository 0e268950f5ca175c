using System.Text.Json.Serialization;

namespace Loadstone.Client;

/// <summary>A name with its password.</summary>
/// <param name="Name">The person's name.</param>
/// <param name="Password">The password.</param>
public sealed record SignInRequest(string Name, string Password);

/// <summary>A refresh token.</summary>
/// <param name="RefreshToken">As it was given at sign-in.</param>
public sealed record RefreshRequest([property: JsonPropertyName("refreshToken")] string RefreshToken);

/// <summary>A change of the caller's own password.</summary>
/// <param name="Password">The present one.</param>
/// <param name="NewPassword">The new one, of at least 10 characters.</param>
public sealed record PasswordRequest(string Password, [property: JsonPropertyName("newPassword")] string NewPassword);

/// <summary>Who has signed in, and what proves it from now on.</summary>
/// <param name="User">The person.</param>
/// <param name="Tokens">The tokens.</param>
public sealed record SignInAnswer(MeView User, TokensView? Tokens);

/// <summary>Tokens of a session.</summary>
/// <param name="AccessToken">Goes with each call.</param>
/// <param name="RefreshToken">Gets new tokens.</param>
/// <param name="ExpiresIn">Seconds until the access token is no longer good.</param>
public sealed record TokensView(
    [property: JsonPropertyName("accessToken")] string AccessToken, [property: JsonPropertyName("refreshToken")] string RefreshToken,
    [property: JsonPropertyName("expiresIn")] long ExpiresIn);

/// <summary>The caller.</summary>
/// <param name="User">As the platform knows it.</param>
public sealed record MeAnswer(MeView User);

/// <summary>A caller as the platform knows it.</summary>
/// <param name="Name">A person's name, or <c>key:</c> and the name of a key.</param>
/// <param name="Role">viewer, engineer or admin.</param>
/// <param name="SignedInBy">local_key, key, token or cookie.</param>
/// <param name="Scopes">The areas of the API a key is good for; empty for all.</param>
public sealed record MeView(string Name, string Role, string SignedInBy, IReadOnlyList<string> Scopes);

/// <summary>A person to be added.</summary>
/// <param name="Name">Letters, digits and - . _ @.</param>
/// <param name="Role">viewer, engineer or admin.</param>
/// <param name="Password">Null lets one be made up.</param>
public sealed record NewUserRequest(string Name, string Role, string? Password = null);

/// <summary>What is to hold of a person from now on.</summary>
/// <param name="Role">viewer, engineer or admin.</param>
/// <param name="IsActive">Whether the person may sign in.</param>
public sealed record UserChange(string Role, bool IsActive = true);

/// <summary>A new password for a person.</summary>
/// <param name="Password">Null lets one be made up.</param>
public sealed record PasswordReset(string? Password = null);

/// <summary>A person who may sign in.</summary>
/// <param name="Id">The id.</param>
/// <param name="Name">The name.</param>
/// <param name="Role">viewer, engineer or admin.</param>
/// <param name="IsActive">Whether the person may sign in.</param>
/// <param name="LockedUntil">Until when wrong passwords have closed the account.</param>
/// <param name="CreatedBy">By whom.</param>
/// <param name="CreatedAt">When.</param>
public sealed record UserView(Guid Id, string Name, string Role, bool IsActive, DateTimeOffset? LockedUntil, string CreatedBy, DateTimeOffset CreatedAt);

/// <summary>People.</summary>
/// <param name="Users">By name.</param>
public sealed record UserList(IReadOnlyList<UserView> Users);

/// <summary>One person.</summary>
/// <param name="User">The person.</param>
public sealed record UserAnswer(UserView User);

/// <summary>A person with a new password.</summary>
/// <param name="User">The person.</param>
/// <param name="Password">The password that was made up; null when one was given.</param>
public sealed record NewUserAnswer(UserView User, string? Password);

/// <summary>A key to be made.</summary>
/// <param name="Name">Unique among the keys in use.</param>
/// <param name="Role">viewer, engineer or admin; at most the caller's.</param>
/// <param name="Scopes">The areas of the API it is good for; empty for all.</param>
/// <param name="ExpiresAt">When it ends; null for never.</param>
public sealed record NewKeyRequest(string Name, string Role, IReadOnlyList<string>? Scopes = null, DateTimeOffset? ExpiresAt = null);

/// <summary>A key, without its secret.</summary>
/// <param name="Id">The id.</param>
/// <param name="Name">The name.</param>
/// <param name="Prefix">How the key begins.</param>
/// <param name="Role">viewer, engineer or admin.</param>
/// <param name="Scopes">The areas of the API it is good for; empty for all.</param>
/// <param name="CreatedBy">By whom.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="LastUsedAt">When it was used last, to about a minute.</param>
/// <param name="RevokedAt">When it was revoked.</param>
/// <param name="RevokedBy">By whom.</param>
public sealed record KeyView(
    Guid Id, string Name, string Prefix, string Role, IReadOnlyList<string> Scopes, string CreatedBy, DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, string? RevokedBy);

/// <summary>Keys.</summary>
/// <param name="Keys">Newest first.</param>
public sealed record KeyList(IReadOnlyList<KeyView> Keys);

/// <summary>One key.</summary>
/// <param name="Key">The key.</param>
public sealed record KeyAnswer(KeyView Key);

/// <summary>A new key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Secret">The key itself, which is never shown again.</param>
public sealed record NewKeyAnswer(KeyView Key, string Secret);

/// <summary>A page of the audit log.</summary>
/// <param name="Entries">Newest first.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record AuditList(IReadOnlyList<AuditEntryView> Entries, [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary>A line of the audit log.</summary>
/// <param name="Id">The id.</param>
/// <param name="At">When.</param>
/// <param name="User">Who; null when nobody known called.</param>
/// <param name="Via">none, local_key, key, token or cookie.</param>
/// <param name="Operation">What, by its operationId.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path.</param>
/// <param name="Resource">The id of the thing it was about.</param>
/// <param name="Status">The HTTP status of the answer.</param>
/// <param name="Outcome">done, refused or failed.</param>
/// <param name="Address">From where.</param>
/// <param name="UserAgent">By what program.</param>
/// <param name="TraceId">The trace it belongs to.</param>
public sealed record AuditEntryView(
    Guid Id, DateTimeOffset At, string? User, string Via, string? Operation, string Method, string Path, string? Resource, int Status, string Outcome,
    string? Address, string? UserAgent, string? TraceId);
