using System.CommandLine;
using Loadstone.Client;

namespace Loadstone.Cli;

/// <summary><c>stop</c>, <c>pause</c>, <c>resume</c>: what a person may ask of a running execution.</summary>
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
}
