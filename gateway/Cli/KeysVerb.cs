using System.CommandLine;
using System.Globalization;
using Loadstone.Client;
using Spectre.Console;

namespace Loadstone.Cli;

/// <summary><c>keys create|list|revoke</c>: keys for machines.</summary>
internal static class KeysVerb
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The key's name." };
    private static readonly Argument<Guid> Id = new("ID") { Description = "The key's id." };
    private static readonly Option<string> Role = new("--role") { Description = "viewer, engineer or admin; at most your own.", DefaultValueFactory = _ => "engineer" };
    private static readonly Option<string[]> Scopes = new("--scope") { Description = "An area of the API it is good for, such as executions; may be given again. Without any, all.", DefaultValueFactory = _ => [] };
    private static readonly Option<int?> Days = new("--days") { Description = "For how many days it is good; for ever when absent." };

    public static Command Command() => new("keys", "Keys for machines.") { Create(), List(), Revoke() };

    private static Command Create()
    {
        var command = new Command("create", "Makes a key and prints it, this once, on standard output.") { Name, Role, Scopes, Days };
        new Connection().Attach(command, async (given, session, cancellation) =>
        {
            var until = given.GetValue(Days) is { } days ? DateTimeOffset.UtcNow.AddDays(days) : (DateTimeOffset?)null;
            var answer = await session.Api.CreateKeyAsync(new NewKeyRequest(given.GetValue(Name)!, given.GetValue(Role)!, given.GetValue(Scopes), until), cancellation);
            // The key alone is standard output, so that a script can take it from there.
            await Console.Error.WriteLineAsync($"{answer.Key.Name} ({answer.Key.Id}), {answer.Key.Role}. It is shown this once:");
            await session.Say.WriteLineAsync(answer.Secret);
            await session.WriteJsonAsync(answer);
            return 0;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists your keys; an admin's list has everybody's.");
        new Connection().Attach(command, async (_, session, cancellation) =>
        {
            var list = await session.Api.KeysAsync(null, cancellation);
            var table = new Table().Border(TableBorder.Simple).AddColumns("id", "name", "begins", "role", "scopes", "made by", "expires", "last used");
            foreach (var k in list.Keys)
                table.AddRow(new[] { k.Id.ToString(), k.Name, k.Prefix, k.Role, string.Join(' ', k.Scopes), k.CreatedBy, Day(k.ExpiresAt), Day(k.LastUsedAt) }.Select(t => new Text(t)).ToArray());
            Screen.On(session.Say).Write(table);
            await session.WriteJsonAsync(list);
            return 0;
        });
        return command;
    }

    private static Command Revoke()
    {
        var command = new Command("revoke", "Takes all rights from a key, at once.") { Id };
        new Connection().Attach(command, async (given, session, cancellation) =>
        {
            var answer = await session.Api.RevokeKeyAsync(given.GetValue(Id), cancellation);
            session.Say.WriteLine($"{answer.Key.Name} opens nothing any more.");
            await session.WriteJsonAsync(answer);
            return 0;
        });
        return command;
    }

    private static string Day(DateTimeOffset? at) => at?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "-";
}
