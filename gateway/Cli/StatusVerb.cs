using System.CommandLine;
using System.Globalization;

namespace Loadstone.Cli;

/// <summary><c>status ID</c>: how an execution stands.</summary>
internal static class StatusVerb
{
    private static readonly Argument<Guid> Id = new("ID") { Description = "The execution's id." };

    public static Command Command()
    {
        var command = new Command("status", "Shows how an execution stands.") { Id };
        new Connection().Attach(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given, Connection.Session session, CancellationToken cancellation)
    {
        var status = await session.Api.StatusAsync(given.GetValue(Id), cancellation);
        var x = status.Execution;
        session.Say.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{x.ExecutionName}: {x.Status}{(x.ErrorDetails.Reason is { } reason ? $" ({reason})" : "")}, {status.Progress:0.#} %, {x.TotalRequests} requests, {x.FailedRequests} failed, p95 {x.P95ResponseTime:0.##} ms, verdict {x.Verdict?.ToString().ToLowerInvariant() ?? "none"}"));
        await session.WriteJsonAsync(status);
        return 0;
    }
}
