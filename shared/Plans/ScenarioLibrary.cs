using System.Reflection;

namespace Loadstone.Plans;

/// <summary>The scenarios shipped with Loadstone, runnable against the bundled sample target.</summary>
public static class ScenarioLibrary
{
    /// <summary>The scenario of a plan that names none.</summary>
    public const string Default = "wedding_planning";

    private static readonly Lazy<IReadOnlyDictionary<string, Scenario>> Shipped = new(ReadAll);

    /// <summary>Every shipped scenario, by name.</summary>
    public static IEnumerable<Scenario> All => Shipped.Value.Values;

    /// <summary>A shipped scenario by name; null when there is none.</summary>
    public static Scenario? Find(string name) => Shipped.Value.GetValueOrDefault(name);

    private static Dictionary<string, Scenario> ReadAll()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(n => n.EndsWith(".yaml", StringComparison.Ordinal))
            .Select(n => Read(assembly, n)).ToDictionary(s => s.Name);
    }

    private static Scenario Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var errors = new DocumentErrors();
        var scenario = Scenario.Read(PlanFile.ToJson(reader.ReadToEnd(), errors), "", errors);
        return errors.None ? scenario : throw new InvalidPlanException(errors);
    }
}
