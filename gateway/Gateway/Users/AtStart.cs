using Loadstone.Gateway.Keys;
using Loadstone.Plans;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Loadstone.Gateway.Users;

/// <summary>
/// Makes the tables before anything else of the gateway begins, waiting for the database as long as that takes, and the first
/// admin when there is nobody yet. Its password is in the file that <c>LOADSTONE_ADMIN_PASSWORD_FILE</c> names: what is there,
/// else one made up and written there for its owner alone; without that setting it is printed, once.
/// </summary>
internal sealed class AtStart(Database database, IPasswordHasher<User> hasher, IConfiguration settings, ILogger<AtStart> log) : IHostedService
{
    private const string Admin = "admin";
    private const string PasswordFile = "LOADSTONE_ADMIN_PASSWORD_FILE";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await database.PrepareAsync(connection => AddAdminAsync(connection, cancellationToken), cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (!cancellationToken.IsCancellationRequested)
            {
                log.LogWarning("The database cannot be prepared yet: {Reason}", e.Message);
                await Task.Delay(RetryAfter, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task AddAdminAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var anybody = new NpgsqlCommand("select exists (select 1 from gateway.users)", connection);
        if ((bool)(await anybody.ExecuteScalarAsync(cancellation))!)
            return;
        var user = new User { UserName = Admin };
        // Told before it counts: a password that nobody knows would lock everybody out.
        user.PasswordHash = hasher.HashPassword(user, Tell());
        await using var insert = new NpgsqlCommand(
            """
            insert into gateway.users (id, user_name, normalized_user_name, password_hash, security_stamp, concurrency_stamp, role, created_by, created_at)
            values (gen_random_uuid(), $1, upper($1), $2, gen_random_uuid()::text, gen_random_uuid()::text, 'admin', 'gateway', now())
            """, connection);
        insert.Parameters.Add(new NpgsqlParameter { Value = user.UserName });
        insert.Parameters.Add(new NpgsqlParameter { Value = user.PasswordHash });
        await insert.ExecuteNonQueryAsync(cancellation);
    }

    private string Tell()
    {
        if (settings[PasswordFile] is { Length: > 0 } file)
        {
            if (!File.Exists(file))
                PrivateFile.Write(file, KeyText.NewSecret());
            Console.WriteLine($"The first user is {Admin}; the password is in {file}");
            return File.ReadAllText(file).Trim();
        }

        var password = KeyText.NewSecret();
        Console.WriteLine($"The first user is {Admin}; the password, which is shown this once: {password}");
        return password;
    }
}
