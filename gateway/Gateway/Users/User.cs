using System.Text.Json;
using Loadstone.Gateway.Api;
using Loadstone.Gateway.Doors;
using Loadstone.Plans;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Loadstone.Gateway.Users;

/// <summary>A person who may sign in. People are never deleted, for the audit log names them; they are deactivated.</summary>
internal sealed class User : IdentityUser<Guid>
{
    public Role Role { get; set; }

    public bool IsActive { get; set; } = true;

    public string CreatedBy { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>ASP.NET Core Identity's view of the people. The table is made by Sql/schema.sql.</summary>
internal sealed class UsersContext(DbContextOptions<UsersContext> options) : DbContext(options)
{
    public DbSet<User> Users => Set<User>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        var user = modelBuilder.Entity<User>().ToTable("users", "gateway");
        user.Ignore(u => u.Email).Ignore(u => u.NormalizedEmail).Ignore(u => u.EmailConfirmed);
        user.Ignore(u => u.PhoneNumber).Ignore(u => u.PhoneNumberConfirmed).Ignore(u => u.TwoFactorEnabled);
        user.Property(u => u.Role).HasConversion(role => Visitor.Name(role), name => WireNames<Role>.ToValue[name]);
        user.Property(u => u.ConcurrencyStamp).IsConcurrencyToken();
        foreach (var property in user.Metadata.GetProperties())
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
    }
}

/// <summary>People, sign-in and the keys that sign tokens, in the gateway's own tables.</summary>
internal static class UsersSetup
{
    public const int ShortestPassword = 10;

    private const string NameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._@";

    public static void AddUsers(this WebApplicationBuilder builder)
    {
        builder.Services.AddDbContext<UsersContext>((provider, options) => options.UseNpgsql(provider.GetRequiredService<Npgsql.NpgsqlDataSource>()));
        builder.Services.AddIdentityCore<User>(identity =>
        {
            identity.User.AllowedUserNameCharacters = NameCharacters;
            identity.Password = new PasswordOptions
            {
                // Length is what counts; rules about kinds of characters only make passwords alike.
                RequiredLength = ShortestPassword,
                RequireDigit = false,
                RequireLowercase = false,
                RequireUppercase = false,
                RequireNonAlphanumeric = false,
            };
        });
        builder.Services.AddScoped<IUserStore<User>, Microsoft.AspNetCore.Identity.EntityFrameworkCore.UserOnlyStore<User, UsersContext, Guid>>();
        builder.Services.AddScoped<SignIn>();
        builder.Services.AddSingleton<Sessions>();
        builder.Services.AddSingleton<Tickets>();
        builder.Services.AddTickets();
        builder.Services.AddSealingKeys();
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
    }
}
