using System.CommandLine;
using Loadstone.Client;
using Spectre.Console;

namespace Loadstone.Cli;

/// <summary><c>users list|create|role|deactivate|password</c>: what an admin does about people.</summary>
internal static class UsersVerb
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The user's name." };
    private static readonly Argument<string> Role = new("ROLE") { Description = "viewer, engineer or admin." };

    public static Command Command() => new("users", "People who may sign in; for admins.")
    {
        Verb("list", "Lists them.", [], ListAsync),
        Verb("create", "Adds one, with a password that is made up and printed this once.", [Name, Role], async (given, session, cancellation) =>
            Show(session, await session.Api.CreateUserAsync(new NewUserRequest(given.GetValue(Name)!, given.GetValue(Role)!), cancellation))),
        Verb("role", "Gives one another role, or lets one in again.", [Name, Role], async (given, session, cancellation) =>
            Show(session, await session.Api.ChangeUserAsync((await FindAsync(given, session, cancellation)).Id, new UserChange(given.GetValue(Role)!), cancellation))),
        Verb("deactivate", "Locks one out.", [Name], async (given, session, cancellation) =>
            Show(session, await session.Api.DeactivateUserAsync((await FindAsync(given, session, cancellation)).Id, cancellation))),
        Verb("password", "Gives one a new password, which is made up and printed this once.", [Name], async (given, session, cancellation) =>
            Show(session, await session.Api.ResetPasswordAsync((await FindAsync(given, session, cancellation)).Id, new PasswordReset(), cancellation))),
    };

    private static Command Verb(string name, string description, Argument[] arguments, Func<ParseResult, Connection.Session, CancellationToken, Task<object>> run)
    {
        var command = new Command(name, description);
        foreach (var argument in arguments)
            command.Arguments.Add(argument);
        new Connection().Attach(command, async (given, session, cancellation) =>
        {
            await session.WriteJsonAsync(await run(given, session, cancellation));
            return 0;
        });
        return command;
    }

    private static async Task<object> ListAsync(ParseResult given, Connection.Session session, CancellationToken cancellation)
    {
        var list = await session.Api.UsersAsync(null, cancellation);
        var table = new Table().Border(TableBorder.Simple).AddColumns("name", "role", "locked", "made by");
        foreach (var u in list.Users)
            table.AddRow(new Text(u.Name), new Text(u.Role), new Text(u.LockedUntil is null ? "-" : "by wrong passwords"), new Text(u.CreatedBy));
        Screen.On(session.Say).Write(table);
        return list;
    }

    private static async Task<UserView> FindAsync(ParseResult given, Connection.Session session, CancellationToken cancellation)
    {
        var name = given.GetValue(Name)!;
        var all = (await session.Api.UsersAsync("true", cancellation)).Users.Concat((await session.Api.UsersAsync("false", cancellation)).Users);
        return all.FirstOrDefault(u => u.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new IOException($"There is no user named {name}.");
    }

    private static NewUserAnswer Show(Connection.Session session, NewUserAnswer answer)
    {
        Console.Error.WriteLine($"{answer.User.Name}, {answer.User.Role}. The password is shown this once:");
        session.Say.WriteLine(answer.Password);
        return answer;
    }

    private static UserAnswer Show(Connection.Session session, UserAnswer answer)
    {
        session.Say.WriteLine($"{answer.User.Name}, {answer.User.Role}{(answer.User.IsActive ? "" : ", locked out")}.");
        return answer;
    }
}
