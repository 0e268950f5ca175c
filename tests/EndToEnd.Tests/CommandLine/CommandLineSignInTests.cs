using System.Text.Json.Nodes;
using Loadstone.Local;

namespace Loadstone.EndToEnd.Tests.CommandLine;

/// <summary>How the command line proves who it is.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class CommandLineSignInTests(RunningPlatform running) : IDisposable
{
    private const string Nobody = "Sign in, or send an API key.";
    private readonly string _home = Directory.CreateTempSubdirectory("loadstone-tests-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task At_a_platform_of_this_clone_it_finds_the_key_by_itself() =>
        Assert.Equal("local, admin, by local key", await SayAsync(0, "whoami"));

    [Fact]
    public async Task A_key_that_is_given_comes_before_all_others()
    {
        var key = await running.NewKeyAsync("viewer");

        Assert.Equal($"key:{key.Key.Name}, viewer, by key", await SayAsync(0, "whoami", "--api-key", key.Secret));
        Assert.StartsWith(Nobody, await SayAsync(2, "whoami", "--api-key", "lsk_wrong"));
    }

    [Fact]
    public async Task Signing_in_is_remembered_for_its_user_alone_and_signing_out_forgets_it()
    {
        var person = await running.NewPersonAsync("engineer");
        Assert.EndsWith($"as {person.Name}, engineer.", await LoginAsync(0, person.Name, person.Password));
        var file = Path.Combine(_home, "loadstone", "sign-ins.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.DoesNotContain(person.Password, await File.ReadAllTextAsync(file));

        Assert.Equal($"{person.Name}, engineer, by token", await SayAsync(0, "whoami"));
        Assert.Equal("Signed out.", await SayAsync(0, "logout"));
        Assert.Equal("local, admin, by local key", await SayAsync(0, "whoami"));
        Assert.Equal("The name or the password is wrong, or the account is closed for now. ./loadstone login, or --api-key KEY, or LOADSTONE_API_KEY.", await LoginAsync(2, person.Name, "wrong password"));
    }

    [Fact]
    public async Task A_token_that_has_ended_is_renewed()
    {
        var person = await running.NewPersonAsync("viewer");
        await LoginAsync(0, person.Name, person.Password);
        var file = Path.Combine(_home, "loadstone", "sign-ins.json");
        var kept = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
        var mine = kept.Single().Value!;
        (mine["Until"], mine["AccessToken"]) = (DateTimeOffset.UtcNow, "spent");
        await File.WriteAllTextAsync(file, kept.ToJsonString());

        Assert.Equal($"{person.Name}, viewer, by token", await SayAsync(0, "whoami"));
    }

    [Fact]
    public async Task Keys_and_users_are_made_and_taken_away()
    {
        var name = $"u{Guid.NewGuid():N}";
        var secret = (await SayAsync(0, "keys", "create", name, "--role", "viewer", "--scope", "executions", "--days", "1")).Split('\n')[^1];
        Assert.Equal($"key:{name}, viewer, by key", (await SayAsync(0, "whoami", "--api-key", (await SayAsync(0, "keys", "create", $"{name}-2", "--role", "viewer")).Split('\n')[^1])).Replace("-2", "", StringComparison.Ordinal));
        var file = Path.Combine(_home, "keys.json");
        Assert.DoesNotContain(secret, await SayAsync(0, "keys", "list", "--json", file));
        var key = JsonNode.Parse(await File.ReadAllTextAsync(file))!["keys"]!.AsArray().Single(k => k!["name"]!.ToString() == name)!;
        Assert.Equal((secret[..12], "executions"), (key["prefix"]!.ToString(), key["scopes"]![0]!.ToString()));
        Assert.Equal($"{name} opens nothing any more.", await SayAsync(0, "keys", "revoke", key["id"]!.ToString()));

        var password = (await SayAsync(0, "users", "create", name, "engineer")).Split('\n')[^1];
        await LoginAsync(0, name, password);
        Assert.Equal($"{name}, engineer, by token", await SayAsync(0, "whoami"));
        Assert.StartsWith("This takes the role admin;", await SayAsync(2, "users", "list"));
        await SayAsync(0, "logout");
        Assert.Equal($"{name}, viewer.", await SayAsync(0, "users", "role", name, "viewer"));
        Assert.Equal($"{name}, viewer, locked out.", await SayAsync(0, "users", "deactivate", name));
    }

    private Task<string> SayAsync(int exitCode, params string[] arguments) => RunAsync(exitCode, new ChildCommand("dotnet", [Cli, .. arguments, "--gateway", Gateway]));

    private Task<string> LoginAsync(int exitCode, string name, string password) =>
        RunAsync(exitCode, new ChildCommand("bash", "-c", $"echo '{password}' | dotnet '{Cli}' login --name {name} --password-stdin --gateway {Gateway}"));

    private async Task<string> RunAsync(int exitCode, ChildCommand command)
    {
        await using var program = ChildProcess.Start(command with { Environment = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = _home, ["LOADSTONE_API_KEY"] = "" } });
        Assert.True(await program.ExitedWithinAsync(RunningPlatform.Longest, CancellationToken.None) == exitCode, program.LogTail);
        return program.LogTail;
    }

    private static string Cli => Platform.ProgramOf(StateFolder.FindClone(), "Cli");

    private string Gateway => running.Platform.Gateway.ToString();
}
