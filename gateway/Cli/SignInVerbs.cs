using System.CommandLine;
using System.Text;
using Loadstone.Client;

namespace Loadstone.Cli;

/// <summary><c>login</c>, <c>logout</c> and <c>whoami</c>.</summary>
internal static class SignInVerbs
{
    private static readonly Option<string?> Name = new("--name") { Description = "The user's name; asked for when absent." };
    private static readonly Option<bool> FromInput = new("--password-stdin") { Description = "Reads the password from standard input, for scripts." };

    public static Command Login()
    {
        var command = new Command("login", "Signs in to the gateway. The tokens, not the password, are kept for this user of the machine alone.") { Name, FromInput };
        new Connection().Attach(command, LoginAsync);
        return command;
    }

    public static Command Logout()
    {
        var command = new Command("logout", "Signs out, and forgets the tokens.");
        new Connection().Attach(command, LogoutAsync);
        return command;
    }

    public static Command WhoAmI()
    {
        var command = new Command("whoami", "Shows who the gateway takes this command line for.");
        new Connection().Attach(command, async (_, session, cancellation) =>
        {
            var me = (await session.Api.MeAsync(cancellation)).User;
            session.Say.WriteLine($"{me.Name}, {me.Role}, by {me.SignedInBy.Replace('_', ' ')}");
            await session.WriteJsonAsync(me);
            return 0;
        });
        return command;
    }

    private static async Task<int> LoginAsync(ParseResult given, Connection.Session session, CancellationToken cancellation)
    {
        var name = given.GetValue(Name) ?? Ask("Name: ", Console.ReadLine);
        var password = given.GetValue(FromInput) ? await Console.In.ReadLineAsync(cancellation) : Ask("Password: ", ReadHidden);
        var answer = await LoadstoneClient.Connect(session.Gateway, key: null).SignInAsync(new SignInRequest(name ?? "", password ?? ""), cancellation);
        SignIns.Keep(session.Gateway, answer);
        session.Say.WriteLine($"Signed in at {session.Gateway} as {answer.User.Name}, {answer.User.Role}.");
        return 0;
    }

    private static async Task<int> LogoutAsync(ParseResult given, Connection.Session session, CancellationToken cancellation)
    {
        if (SignIns.Find(session.Gateway) is not { } stored)
        {
            session.Say.WriteLine($"Nobody is signed in at {session.Gateway}.");
            return 0;
        }

        // Forgotten here whatever the gateway says: a session that could not be ended there ends by itself.
        SignIns.Forget(session.Gateway);
        await LoadstoneClient.Connect(session.Gateway, stored.AccessToken).SignOutAsync(cancellation);
        session.Say.WriteLine("Signed out.");
        return 0;
    }

    private static string? Ask(string question, Func<string?> read)
    {
        if (Console.IsInputRedirected)
            throw new IOException("There is no terminal to ask on: give --name, and the password with --password-stdin.");
        Console.Error.Write(question);
        return read();
    }

    private static string ReadHidden()
    {
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                text.Length = Math.Max(0, text.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                text.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return text.ToString();
    }
}
