using Loadstone.Measurement;

namespace Loadstone.Ingestion;

/// <summary>One operation of a run (requirements R1.4). Times are ms, rates %.</summary>
public sealed record EndpointPerformance
{
    public Guid ExecutionId { get; init; }

    public required string Scenario { get; init; }

    public required string Operation { get; init; }

    public OperationKind Kind { get; init; }

    public string? EndpointPath { get; init; }

    public string? HttpMethod { get; init; }

    public long TotalRequests { get; init; }

    public long SuccessfulRequests { get; init; }

    public long FailedRequests { get; init; }

    public long ExternalRequests { get; init; }

    public double AvgResponseTime { get; init; }

    public double MinResponseTime { get; init; }

    public double MaxResponseTime { get; init; }

    public double P50ResponseTime { get; init; }

    public double P95ResponseTime { get; init; }

    public double P99ResponseTime { get; init; }

    public double ErrorRate { get; init; }

    public double ThroughputRps { get; init; }

    public required IReadOnlyDictionary<int, long> StatusCodeDistribution { get; init; }

    public required IReadOnlyDictionary<string, long> ErrorTypes { get; init; }

    public required IReadOnlyDictionary<string, PhaseFigures> Timings { get; init; }

    public long MessagesReceived { get; init; }

    public static EndpointPerformance Of(Guid execution, OperationWindow requests, double seconds)
    {
        var figures = RunFigures.Of(requests, seconds);
        return new EndpointPerformance
        {
            ExecutionId = execution,
            Scenario = requests.Scenario,
            Operation = requests.Operation,
            Kind = requests.Kind,
            EndpointPath = requests.Path,
            HttpMethod = requests.Method,
            TotalRequests = figures.TotalRequests,
            SuccessfulRequests = figures.SuccessfulRequests,
            FailedRequests = figures.FailedRequests,
            ExternalRequests = figures.ExternalRequests,
            AvgResponseTime = figures.AvgResponseTime,
            MinResponseTime = figures.MinResponseTime,
            MaxResponseTime = figures.MaxResponseTime,
            P50ResponseTime = figures.P50ResponseTime,
            P95ResponseTime = figures.P95ResponseTime,
            P99ResponseTime = figures.P99ResponseTime,
            ErrorRate = figures.ErrorRate,
            ThroughputRps = figures.ThroughputRps,
            StatusCodeDistribution = requests.StatusCodes,
            ErrorTypes = requests.ErrorTypes,
            Timings = PhaseFigures.Of(requests.Phases),
            MessagesReceived = requests.MessagesReceived,
        };
    }
}
