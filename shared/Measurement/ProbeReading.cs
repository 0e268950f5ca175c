namespace Loadstone.Measurement;

/// <summary>What one probe of the system under test told in a stretch of time, and how often it told nothing.</summary>
/// <param name="Type">What it asked, such as <c>prometheus</c>.</param>
/// <param name="Asked">How often it asked.</param>
/// <param name="Failed">How often it did not get all that it asked for.</param>
/// <param name="Error">Why, when it failed last; null when it never did.</param>
/// <param name="Metrics">What it was told, by the names of the metrics.</param>
/// <param name="SlowestStatements">Of a database, what took the most time since the run began; null when it does not tell.</param>
public sealed record ProbeReading(
    string Type, long Asked, long Failed, string? Error, IReadOnlyDictionary<string, CustomMetric> Metrics, IReadOnlyList<SlowStatement>? SlowestStatements = null)
{
    /// <summary>This one, and a later one of the same probe.</summary>
    public ProbeReading And(ProbeReading later)
    {
        var metrics = new Dictionary<string, CustomMetric>(Metrics);
        foreach (var (name, values) in later.Metrics)
            metrics[name] = metrics.TryGetValue(name, out var before) ? before.And(values) : values;
        return new ProbeReading(
            Type, Asked + later.Asked, Failed + later.Failed, later.Error ?? Error, metrics, later.SlowestStatements ?? SlowestStatements);
    }
}

/// <summary>A statement that a database was busy with. Its values stand as parameters.</summary>
/// <param name="Statement">Its beginning.</param>
/// <param name="Calls">How often it was carried out.</param>
/// <param name="TotalMs">How long that took altogether, in ms.</param>
public sealed record SlowStatement(string Statement, long Calls, double TotalMs)
{
    /// <summary>How long one took in the mean, in ms.</summary>
    public double MeanMs => Calls == 0 ? 0 : TotalMs / Calls;
}
