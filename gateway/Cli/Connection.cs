using System.CommandLine;
using Loadstone.Client;
using Loadstone.Plans;

namespace Loadstone.Cli;

/// <summary>What every verb has: where the gateway is, where the JSON goes, and how failures end.</summary>
internal sealed class Connection
{
    public const int CouldNotRun = 2;

    private readonly Option<string?> _gateway = new("--gateway") { Description = "The gateway's URL (LOADSTONE_URL)." };
    private readonly Option<string?> _key = new("--api-key") { Description = "An API key (LOADSTONE_API_KEY); without one, what ./loadstone login stored." };
    private readonly Option<string?> _json = new("--json") { Description = "Writes the answer as JSON to a file, or to standard output with -." };

    /// <summary>Adds the options to a verb and runs it; a refusal is printed, field by field, and ends with exit code 2.</summary>
    public void Attach(Command command, Func<ParseResult, Session, CancellationToken, Task<int>> run)
    {
        command.Options.Add(_gateway);
        command.Options.Add(_key);
        command.Options.Add(_json);
        command.SetAction(async (given, cancellation) =>
        {
            try
            {
                return await run(given, Open(given), cancellation);
            }
            catch (LoadstoneException e)
            {
                await Console.Error.WriteLineAsync(e.Status == 401 ? $"{e.Message} ./loadstone login, or --api-key KEY, or LOADSTONE_API_KEY." : e.Message);
                foreach (var (path, messages) in e.Errors)
                    await Console.Error.WriteLineAsync($"  {path}: {string.Join("; ", messages)}");
            }
            catch (Exception e) when (e is InvalidPlanException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(e.Message);
            }
            catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync("The gateway did not answer in time; try again.");
            }

            return CouldNotRun;
        });
    }

    private Session Open(ParseResult given)
    {
        var url = given.GetValue(_gateway) ?? Environment.GetEnvironmentVariable("LOADSTONE_URL");
        return Uri.TryCreate(url, UriKind.Absolute, out var gateway) && gateway.Scheme is "http" or "https"
            ? new Session(gateway, LoadstoneClient.Connect(gateway, new Credentials(gateway, given.GetValue(_key)).GetAsync), ResultFile.Open(_json.Name, given.GetValue(_json)))
            : throw new IOException("Where is the gateway? Start one with ./loadstone up, or name it with --gateway URL or LOADSTONE_URL.");
    }

    /// <summary>An open connection, and where the verb is to write.</summary>
    internal sealed class Session(Uri gateway, ILoadstoneApi api, ResultFile? json)
    {
        public Uri Gateway => gateway;

        public ILoadstoneApi Api => api;

        /// <summary>Where people read; standard error when standard output is to be JSON.</summary>
        public TextWriter Say { get; } = json is { IsStandardOutput: true } ? Console.Error : Console.Out;

        /// <summary>Writes the answer as JSON, if asked to.</summary>
        public Task WriteJsonAsync(object answer) => json?.WriteJsonAsync(answer) ?? Task.CompletedTask;
    }
}
