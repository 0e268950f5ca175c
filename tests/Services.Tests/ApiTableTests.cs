using System.Text;
using Loadstone.Gateway.Api;
using Loadstone.Local;

namespace Loadstone.Services.Tests;

/// <summary>The table of operations in the API's README is that of its documents.</summary>
public sealed class ApiTableTests
{
    private const string Begin = "<!-- operations -->\n";
    private const string End = "<!-- end of operations -->\n";
    private const string WriteIt = "LOADSTONE_WRITE_API_TABLE";

    private static readonly string Readme = Path.Combine(StateFolder.FindClone(), "gateway", "Gateway", "Api", "README.md");

    [Fact]
    public void The_readme_has_every_operation_with_the_least_role_that_may_call_it()
    {
        var text = File.ReadAllText(Readme);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable(WriteIt) is not null)
            File.WriteAllText(Readme, text[..begin] + Table() + text[end..]);
        else
            Assert.True(Table() == text[begin..end], $"{Readme} is behind the documents; run this test once with {WriteIt}=1 to write its table anew.");
    }

    private static string Table()
    {
        var document = ApiDocument.Load();
        var table = new StringBuilder("| operation | call | answered by | anonymous | viewer | engineer | admin | takes from |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var o in document.Operations.OrderBy(o => o.Path, StringComparer.Ordinal).ThenBy(o => o.Method, StringComparer.Ordinal))
        {
            var may = string.Join(" | ", Enum.GetValues<Role>().Select(role => role >= o.Role ? "✓" : " "));
            table.Append('|').AppendJoin(" | ", $" {o.Id}", $"`{o.Method} {o.Path}`", o.Service, may, o.RateClass.ToString().ToLowerInvariant()).Append(" |\n");
        }

        return table.ToString();
    }
}
