using System.Globalization;
using Loadstone.Measurement;

namespace Loadstone.Ingestion;

/// <summary>The probes that did not tell all that they were asked for, in sentences for the person who reads the report.</summary>
internal static class ProbeNotes
{
    public static IEnumerable<string> Of(MetricWindow total) => total.Probes.Where(p => p.Value.Failed > 0).OrderBy(p => p.Key, StringComparer.Ordinal)
        .Select(p => string.Create(CultureInfo.InvariantCulture, $"the probe {p.Key} ({p.Value.Type}) failed {p.Value.Failed} of {p.Value.Asked} times, last because {p.Value.Error}"));
}
