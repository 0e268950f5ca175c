namespace Loadstone.Plans;

/// <summary>The plans shipped with Loadstone (requirements R5.2). None names an environment: it is chosen when one is run.</summary>
public static class PlanLibrary
{
    private static readonly Lazy<IReadOnlyDictionary<string, TestPlan>> Shipped = new(() =>
        ShippedDocuments.Of("Plans", TestPlan.Read).ToDictionary(p => p.Name));

    /// <summary>Every shipped plan, by name.</summary>
    public static IEnumerable<TestPlan> All => Shipped.Value.Values;

    /// <summary>A shipped plan by name; null when there is none.</summary>
    public static TestPlan? Find(string name) => Shipped.Value.GetValueOrDefault(name);
}
