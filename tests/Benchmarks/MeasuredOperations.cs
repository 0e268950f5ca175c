using Loadstone.Measurement;

namespace Loadstone.Benchmarks;

/// <summary>A second of a shard, as workers send it: so many requests of each endpoint, of latencies that spread.</summary>
internal static class MeasuredOperations
{
    public static OperationWindow[] Of(Random random, int endpoints, int requestsEach) => [.. Enumerable.Range(0, endpoints).Select(endpoint =>
    {
        var latencies = new Histogram();
        for (var request = 0; request < requestsEach; request++)
            latencies.Record((long)(5e6 * Math.Exp(random.NextDouble() * 3)));
        var folded = Histogram.Decode(latencies.Encode());
        var operation = new OperationWindow
        {
            Scenario = "s",
            Operation = $"endpoint {endpoint}",
            Method = "GET",
            Path = $"/api/{endpoint}",
            Sent = requestsEach,
            Ok = requestsEach,
            Response = folded,
            Service = folded,
        };
        for (var request = 0; request < requestsEach; request++)
            operation.CountStatus(200);
        return operation;
    })];
}
