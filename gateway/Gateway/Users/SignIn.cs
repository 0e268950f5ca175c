using Microsoft.AspNetCore.Identity;

namespace Loadstone.Gateway.Users;

/// <summary>
/// Checks names with passwords. An unknown name, a wrong password, a locked and a deactivated account all get the same answer
/// after the same work, so that nobody learns which it was.
/// </summary>
internal sealed class SignIn(UserManager<User> users, IPasswordHasher<User> hasher, Database database)
{
    private static readonly User Nobody = new();
    private static readonly Lazy<string> HashOfNothing = new(() => new PasswordHasher<User>().HashPassword(Nobody, Keys.KeyText.NewSecret()));

    /// <summary>The person, if the password is right and the account is open; null otherwise.</summary>
    public async Task<User?> CheckAsync(string name, string password, CancellationToken cancellation)
    {
        var user = await users.FindByNameAsync(name);
        var isRight = hasher.VerifyHashedPassword(user ?? Nobody, user?.PasswordHash ?? HashOfNothing.Value, password) != PasswordVerificationResult.Failed;
        return await CountAsync(user?.Id ?? Guid.Empty, isRight && user is not null, cancellation) ? user : null;
    }

    // Counted in one statement, after the check: of many guesses at once, none counts as right once enough were wrong.
    private async Task<bool> CountAsync(Guid user, bool isRight, CancellationToken cancellation)
    {
        var changed = await database.ExecuteAsync(Database.Script(isRight ? "count_right" : "count_wrong"), cancellation, user);
        return isRight && changed == 1;
    }
}
