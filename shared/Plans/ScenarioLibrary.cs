namespace Loadstone.Plans;

/// <summary>The scenarios shipped with Loadstone, runnable against the bundled sample target. What they send is made up.</summary>
public static class ScenarioLibrary
{
    /// <summary>The scenario of a plan that names none.</summary>
    public const string Default = "wedding_planning";

    private static readonly Lazy<IReadOnlyDictionary<string, Scenario>> Shipped = new(() =>
        ShippedDocuments.Of("Scenarios", (document, errors) => Scenario.Read(document, "", errors)).ToDictionary(s => s.Name));

    /// <summary>Every shipped scenario, by name.</summary>
    public static IEnumerable<Scenario> All => Shipped.Value.Values;

    /// <summary>A shipped scenario by name; null when there is none.</summary>
    public static Scenario? Find(string name) => Shipped.Value.GetValueOrDefault(name);
}
