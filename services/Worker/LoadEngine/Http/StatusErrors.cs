namespace Loadstone.LoadEngine.Http;

/// <summary>The error names of wrong statuses, made once: a failing target must not make garbage.</summary>
internal static class StatusErrors
{
    private static readonly string[] Names = [.. Enumerable.Range(0, 600).Select(status => $"status_{status}")];

    public static string Of(int status) => Names[status];
}
