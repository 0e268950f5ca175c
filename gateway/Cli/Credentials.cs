using System.Text.Json;
using Loadstone.Client;
using Loadstone.Plans;

namespace Loadstone.Cli;

/// <summary>
/// What proves to a gateway who is calling, in this order: --api-key, LOADSTONE_API_KEY, a stored sign-in, and the key of a
/// platform that ./loadstone started on this machine.
/// </summary>
internal sealed class Credentials(Uri gateway, string? given)
{
    private const string Variable = "LOADSTONE_API_KEY";
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);

    private readonly string? _key = given ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } key ? key : null);

    /// <summary>The key or token for a call made now; null when there is none.</summary>
    public async ValueTask<string?> GetAsync(CancellationToken cancellation) =>
        _key ?? await TokenAsync(cancellation) ?? LocalPlatform.KeyOf(gateway);

    private async Task<string?> TokenAsync(CancellationToken cancellation)
    {
        if (SignIns.Find(gateway) is not { } stored)
            return null;
        if (stored.Until - Early > DateTimeOffset.UtcNow)
            return stored.AccessToken;
        try
        {
            var renewed = await LoadstoneClient.Connect(gateway, key: null).RefreshAsync(new RefreshRequest(stored.RefreshToken), cancellation);
            return SignIns.Keep(gateway, renewed).AccessToken;
        }
        catch (LoadstoneException e) when (e.Status == 401)
        {
            SignIns.Forget(gateway);
            return null;
        }
    }
}

/// <summary>The sign-ins kept for this user of the machine, by gateway, in a file of mode 600.</summary>
internal static class SignIns
{
    private static string File => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } folder ? folder : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"),
        "loadstone", "sign-ins.json");

    public static SignInKept? Find(Uri gateway) => All().GetValueOrDefault(NameOf(gateway));

    public static SignInKept Keep(Uri gateway, SignInAnswer answer)
    {
        var tokens = answer.Tokens ?? throw new IOException("The gateway gave no tokens.");
        var kept = new SignInKept(tokens.AccessToken, tokens.RefreshToken, DateTimeOffset.UtcNow.AddSeconds(tokens.ExpiresIn));
        var all = All();
        all[NameOf(gateway)] = kept;
        Write(all);
        return kept;
    }

    public static void Forget(Uri gateway)
    {
        var all = All();
        if (all.Remove(NameOf(gateway)))
            Write(all);
    }

    private static string NameOf(Uri gateway) => gateway.GetLeftPart(UriPartial.Path).TrimEnd('/');

    private static Dictionary<string, SignInKept> All()
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, SignInKept>>(System.IO.File.ReadAllText(File)) ?? [];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return [];
        }
    }

    private static void Write(Dictionary<string, SignInKept> all)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        PrivateFile.Write(File, JsonSerializer.Serialize(all));
    }
}

/// <summary>Tokens, and until when the first of them is good.</summary>
internal sealed record SignInKept(string AccessToken, string RefreshToken, DateTimeOffset Until);

/// <summary>The platforms that ./loadstone runs from the clone this program was built in; each leaves its URL and its key there.</summary>
internal static class LocalPlatform
{
    public static string? KeyOf(Uri gateway)
    {
        if (!gateway.IsLoopback)
            return null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var state = Path.Combine(folder.FullName, ".loadstone");
            if (Directory.Exists(state))
                return Directory.GetDirectories(state).Where(use => IsAt(use, gateway)).Select(KeyIn).FirstOrDefault();
        }

        return null;
    }

    private static bool IsAt(string use, Uri gateway) =>
        TextOf(Path.Combine(use, "gateway.url")) is { } text && Uri.TryCreate(text, UriKind.Absolute, out var url) && url == gateway;

    private static string? KeyIn(string use) => TextOf(Path.Combine(use, "key"));

    private static string? TextOf(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
