using System.Reflection;

namespace Loadstone.Plans;

/// <summary>Reads the YAML files that are built in, folder by folder.</summary>
internal static class ShippedDocuments
{
    /// <summary>Every document of a folder of Library, in the order of the files' names.</summary>
    /// <exception cref="InvalidPlanException">One is not valid; it should never have been shipped.</exception>
    public static IEnumerable<T> Of<T>(string folder, Func<System.Text.Json.Nodes.JsonNode?, DocumentErrors, T> read)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.Contains($".Library.{folder}.", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var errors = new DocumentErrors();
            var document = read(PlanFile.ToJson(reader.ReadToEnd(), errors), errors);
            yield return errors.None ? document : throw new InvalidPlanException(errors);
        }
    }
}
