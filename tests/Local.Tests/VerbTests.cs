namespace Loadstone.Local.Tests;

/// <summary>The clone's one command, by its own text: to run each of its verbs would be to build everything.</summary>
public sealed class VerbTests
{
    [Fact]
    public void Every_verb_that_the_help_names_is_sent_somewhere_and_no_other()
    {
        var lines = File.ReadAllLines(Path.Combine(StateFolder.FindClone(), "loadstone"));
        var helped = lines.SkipWhile(line => !line.EndsWith("<<'TEXT'", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line != "TEXT").Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Length > 2 && char.IsAsciiLetterLower(line[2]))
            .SelectMany(line => line.Trim().Split("  ")[0].Split(", "));
        var sentOn = lines.SkipWhile(line => !line.StartsWith("case \"$verb\"", StringComparison.Ordinal)).Where(line => line.EndsWith(')') && char.IsAsciiLetterLower(line.TrimStart()[0]))
            .SelectMany(line => line.Trim().TrimEnd(')').Split(" | "));

        Assert.Equal(helped.Order(), sentOn.Order());
    }
}
