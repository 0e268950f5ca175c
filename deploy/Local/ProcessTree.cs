using System.Globalization;

namespace Loadstone.Local;

/// <summary>Who started whom, as the kernel knows it now.</summary>
internal static class ProcessTree
{
    /// <summary>Everything a process started, and what that started, the youngest first. What ends meanwhile is left out.</summary>
    public static IReadOnlyList<int> DescendantsOf(int process) =>
        [.. ChildrenOf(process).SelectMany(child => DescendantsOf(child).Append(child))];

    private static IReadOnlyList<int> ChildrenOf(int process)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{process}/task").SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children"))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
