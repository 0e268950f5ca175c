using System.Reflection;

namespace Loadstone.ServiceHost;

/// <summary>The SQL that a service carries in files of its own, one for each statement worth a file.</summary>
public static class SqlScripts
{
    /// <summary>The embedded <c>.sql</c> files of an assembly, by their names without the ending.</summary>
    public static IReadOnlyDictionary<string, string> Of(Assembly assembly) => assembly.GetManifestResourceNames()
        .Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).ToDictionary(n => n.Split('.')[^2], name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        });
}
