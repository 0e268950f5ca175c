using System.Text.Json.Serialization;

namespace Loadstone.Measurement;

/// <summary>How long one request spent in each phase, in ns; 0 for a phase it did not have.</summary>
/// <param name="DnsNs">Resolving the name.</param>
/// <param name="ConnectNs">Connecting, from the first packet to the connection.</param>
/// <param name="TlsNs">The TLS handshake.</param>
/// <param name="FirstByteNs">From the end of the send to the first byte of the answer.</param>
/// <param name="DownloadNs">From the first byte of the answer to its last.</param>
public readonly record struct PhaseTimes(long DnsNs, long ConnectNs, long TlsNs, long FirstByteNs, long DownloadNs);

/// <summary>
/// Where the time of an operation's requests went. The first three are measured only where a connection was opened, so their
/// counts say how often that was.
/// </summary>
/// <remarks>Not thread-safe: one writer at a time, whoever owns it.</remarks>
public sealed class RequestPhases
{
    /// <summary>Resolving the name; null when none was resolved.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Histogram? Dns { get; set; }

    /// <summary>Connecting; null when no connection was opened.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Histogram? Connect { get; set; }

    /// <summary>TLS handshakes; null when there were none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Histogram? Tls { get; set; }

    /// <summary>From the end of the send to the first byte of the answer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Histogram? FirstByte { get; set; }

    /// <summary>From the first byte of the answer to its last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Histogram? Download { get; set; }

    /// <summary>The phases that were measured, by their wire names, in the order of a request.</summary>
    [JsonIgnore]
    public IEnumerable<(string Name, Histogram Times)> Measured =>
        new[] { ("dns", Dns), ("connect", Connect), ("tls", Tls), ("first_byte", FirstByte), ("download", Download) }
            .Where(p => p.Item2 is { Count: > 0 }).Select(p => (p.Item1, p.Item2!));

    /// <summary>Records one request.</summary>
    public void Record(in PhaseTimes times)
    {
        if (times.DnsNs > 0)
            (Dns ??= new()).Record(times.DnsNs);
        if (times.ConnectNs > 0)
            (Connect ??= new()).Record(times.ConnectNs);
        if (times.TlsNs > 0)
            (Tls ??= new()).Record(times.TlsNs);
        if (times.FirstByteNs <= 0)
            return;
        (FirstByte ??= new()).Record(times.FirstByteNs);
        (Download ??= new()).Record(times.DownloadNs);
    }

    /// <summary>Adds the requests of another.</summary>
    public void Add(RequestPhases other)
    {
        Dns = Sum(Dns, other.Dns);
        Connect = Sum(Connect, other.Connect);
        Tls = Sum(Tls, other.Tls);
        FirstByte = Sum(FirstByte, other.FirstByte);
        Download = Sum(Download, other.Download);
    }

    /// <summary>Forgets everything but keeps its memory.</summary>
    public void Clear()
    {
        Dns?.Clear();
        Connect?.Clear();
        Tls?.Clear();
        FirstByte?.Clear();
        Download?.Clear();
    }

    private static Histogram? Sum(Histogram? mine, Histogram? other)
    {
        if (other is not { Count: > 0 })
            return mine;
        mine ??= new();
        mine.Add(other);
        return mine;
    }
}

/// <summary>One phase of an operation's requests.</summary>
/// <param name="Count">How many requests had it.</param>
/// <param name="Avg">Mean, in ms.</param>
/// <param name="P95">95th percentile, in ms.</param>
/// <param name="Max">Longest, in ms.</param>
public sealed record PhaseFigures(long Count, double Avg, double P95, double Max)
{
    /// <summary>The phases that were measured, by name, in the order of a request.</summary>
    public static IReadOnlyDictionary<string, PhaseFigures> Of(RequestPhases phases) => phases.Measured.ToDictionary(p => p.Name, p => new PhaseFigures(
        p.Times.Count, Math.Round(p.Times.MeanNs / 1e6, 4), Math.Round(p.Times.PercentileMs(95), 4), Math.Round(p.Times.PercentileMs(100), 4)));
}
