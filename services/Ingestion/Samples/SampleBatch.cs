using System.Security.Cryptography;
using System.Text.Json;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Ingestion.Samples;

/// <summary>Samples that came together and are counted together, once.</summary>
public sealed record SampleBatch(Guid ExecutionId, string? BatchId, IReadOnlyList<Sample> Samples)
{
    private const int MostSamples = 10_000;
    // What has a name has a histogram in every second of the execution.
    private const int MostNames = 200;

    /// <summary>What a retry must have in common with the first post.</summary>
    public string ContentHash => Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Samples)));

    public static SampleBatch Read(DocumentNode body)
    {
        var id = body.RequiredId("executionId", "an execution");
        var samples = body.Has("samples") ? [.. body.List("samples", MostSamples).Select(e => ReadElement(e.Value, e.Path, body.Errors))] : new List<Sample> { Sample.Read(body) };
        if (samples.Count == 0)
            body.Error("samples", "must not be empty");
        if (samples.Select(s => (s.Request?.Scenario, s.Request?.Operation ?? s.Metric)).Distinct().Count() > MostNames)
            body.Error("samples", $"have more than {MostNames} operations and metrics: a name is for what happens again and again");
        return new SampleBatch(id, body.Text("batchId"), samples);
    }

    /// <summary>The seconds that the samples lie in.</summary>
    /// <param name="start">When the execution started.</param>
    /// <param name="now">Nothing can have been measured later.</param>
    /// <param name="errors">Where samples outside of the execution's time are noted.</param>
    public IReadOnlyCollection<MetricWindow> Windows(DateTimeOffset start, DateTimeOffset now, DocumentErrors errors)
    {
        var windows = new SortedDictionary<int, MetricWindow>();
        foreach (var sample in Samples)
        {
            if (sample.SecondOf(start, now, errors) is not { } second)
                continue;
            // No load of ours was due in it.
            if (!windows.TryGetValue(second, out var window))
                windows[second] = window = new MetricWindow { Sequence = second, Seconds = 0 };
            sample.CountIn(window);
        }

        return windows.Values;
    }

    private static Sample ReadElement(System.Text.Json.Nodes.JsonNode? value, string path, DocumentErrors errors)
    {
        if (value is null)
            errors.Add(path, "must be an object");
        var node = new DocumentNode(value, path, errors);
        var sample = Sample.Read(node);
        node.RefuseUnknown();
        return sample;
    }
}
