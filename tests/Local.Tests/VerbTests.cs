using System.Diagnostics;

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

    [Fact]
    public async Task Of_verbs_that_start_at_once_one_builds_and_ends_its_compiler_and_the_others_wait_for_it()
    {
        var folder = Directory.CreateTempSubdirectory("verbs").FullName;
        File.Copy(Path.Combine(StateFolder.FindClone(), "loadstone"), Path.Combine(folder, "loadstone"));
        // A build that takes some time, and programs that say that they ran.
        Write("dotnet", """
            case "$1" in
              build) echo "${@: -1}" >> builds; sleep 0.5 ;;
              --version) echo 10.0.1 ;;
              --list-sdks) printf '9.0.1 [/sdks]\n10.0.1 [/more sdks]\n' ;;
              */VBCSCompiler.dll) echo "$@" >> ends ;;
              *) echo ran >> runs ;;
            esac
            """);

        var exits = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RunAsync("list")));

        Assert.Equal([0, 0, 0], exits);
        var built = Assert.Single(File.ReadAllLines(Path.Combine(folder, "builds")));
        Assert.Equal(["ran", "ran", "ran"], File.ReadAllLines(Path.Combine(folder, "runs")));
        Assert.Equal([$"/more sdks/10.0.1/Roslyn/bincore/VBCSCompiler.dll -pipename:{built.Split('=')[1]} -shutdown"], File.ReadAllLines(Path.Combine(folder, "ends")));
        Directory.Delete(folder, recursive: true);

        void Write(string name, string text)
        {
            File.WriteAllText(Path.Combine(folder, name), $"#!/bin/bash\n{text}\n");
            File.SetUnixFileMode(Path.Combine(folder, name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        async Task<int> RunAsync(string verb)
        {
            var start = new ProcessStartInfo("bash", [Path.Combine(folder, "loadstone"), verb]) { WorkingDirectory = folder, RedirectStandardError = true, UseShellExecute = false };
            start.Environment["PATH"] = $"{folder}:{start.Environment["PATH"]}";
            using var process = Process.Start(start)!;
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode;
        }
    }
}
