using Spectre.Console;

namespace Loadstone.Cli;

/// <summary>Tables for people. Where no terminal reads them there are no colours, and nothing is cut to a width.</summary>
internal static class Screen
{
    private const int WidthWithoutTerminal = 1000;

    public static IAnsiConsole On(TextWriter writer)
    {
        var isTerminal = writer == Console.Out ? !Console.IsOutputRedirected : !Console.IsErrorRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!isTerminal)
            console.Profile.Width = WidthWithoutTerminal;
        return console;
    }
}
