using Loadstone.ServiceHost;

namespace Loadstone.Ingestion.Samples;

internal static class SampleEndpoints
{
    private const int LongestKey = 200;
    private const string KeyHeader = "Idempotency-Key";

    public static void MapSamples(this WebApplication app) => app.MapPost("/api/load-testing/metrics", RecordAsync);

    private static async Task<SamplesAnswer> RecordAsync(HttpContext http, SampleStore samples)
    {
        var batch = await http.Request.ReadAsync(SampleBatch.Read);
        var wasThere = await samples.StoreAsync(batch, KeyOf(http, batch), http.RequestAborted);
        var count = batch.Samples.Count == 1 ? "1 sample" : $"{batch.Samples.Count} samples";
        return new SamplesAnswer(true, batch.ExecutionId, batch.Samples.Count, $"{count} {(batch.Samples.Count == 1 ? "is" : "are")} counted{(wasThere ? " since an earlier post" : "")}.");
    }

    // The same key means the same batch only from the same caller.
    private static string? KeyOf(HttpContext http, SampleBatch batch)
    {
        var key = http.Request.Headers[KeyHeader].ToString();
        if (key.Length > LongestKey)
            throw RefusalException.Field(KeyHeader, $"must be at most {LongestKey} characters");
        if (key.Length > 0 && batch.BatchId is not null)
            throw RefusalException.Field("batchId", $"stands beside {KeyHeader}: give one of them");
        return key.Length == 0 && batch.BatchId is null ? null : $"{InternalIdentity.CallerOf(http).User}\n{batch.BatchId ?? key}";
    }
}

[Envelope]
internal sealed record SamplesAnswer(bool Success, Guid ExecutionId, int Samples, string Message);
