using System.CommandLine;
using Loadstone.Plans;

namespace Loadstone.Cli;

/// <summary><c>schema [FILE]</c>: what editors complete plan files by, for those who have no gateway at hand.</summary>
internal static class SchemaVerb
{
    private static readonly Argument<string> Target = new("FILE") { Description = "Where to; - for standard output.", DefaultValueFactory = _ => "plan.schema.json" };

    public static Command Command()
    {
        var command = new Command("schema", "Writes the JSON schema of plan files, as a gateway has it at /schemas/plan.json. It needs no gateway.") { Target };
        command.SetAction(async (given, _) =>
        {
            try
            {
                var file = given.GetValue(Target)!;
                await ResultFile.Open("schema", file)!.WriteJsonAsync(PlanSchema.Plan);
                await Console.Error.WriteLineAsync($"# yaml-language-server: $schema={file}     is the first line of a plan file that is to be completed by it");
                return 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return Connection.CouldNotRun;
            }
        });
        return command;
    }
}
