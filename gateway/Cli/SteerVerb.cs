using System.CommandLine;
using System.Text.Json.Nodes;
using Loadstone.Client;

namespace Loadstone.Cli;

/// <summary><c>stop</c>, <c>pause</c>, <c>resume</c>, <c>steer</c>: what a person may ask of a running execution.</summary>
internal static class SteerVerb
{
    public static Command Command(string name, string description, Func<ILoadstoneApi, Guid, CancellationToken, Task<ExecutionAnswer>> steer)
    {
        var id = new Argument<Guid>("ID") { Description = "The execution's id." };
        var command = new Command(name, description) { id };
        new Connection().Attach(command, async (given, session, cancellation) =>
        {
            var answer = await steer(session.Api, given.GetValue(id), cancellation);
            session.Say.WriteLine(answer.Message);
            await session.WriteJsonAsync(answer);
            return 0;
        });
        return command;
    }

    /// <summary>The verb that changes a running load.</summary>
    public static Command Steer()
    {
        var id = new Argument<Guid>("ID") { Description = "The execution's id." };
        var users = new Option<int?>("--users") { Description = "So many virtual users from now on (loads of virtual users)." };
        var rate = new Option<double?>("--rate") { Description = "So many arrivals per second from now on (loads of arrivals)." };
        var skip = new Option<bool>("--skip-phase") { Description = "Go on to the next phase." };
        var command = new Command("steer", "Change the load of a running execution: its users, its rate, or on to its next phase.") { id, users, rate, skip };
        new Connection().Attach(command, async (given, session, cancellation) =>
        {
            var change = new JsonObject();
            if (given.GetValue(users) is { } wantedUsers)
                change["users"] = wantedUsers;
            if (given.GetValue(rate) is { } wantedRate)
                change["rate"] = wantedRate;
            if (given.GetValue(skip))
                change["skip_phase"] = true;
            var answer = await session.Api.SteerAsync(given.GetValue(id), change, cancellation);
            session.Say.WriteLine(answer.Message);
            await session.WriteJsonAsync(answer);
            return 0;
        });
        return command;
    }
}
