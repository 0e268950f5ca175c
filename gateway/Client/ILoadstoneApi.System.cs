using System.Text.Json.Nodes;
using RestEase;

namespace Loadstone.Client;

/// <summary>The platform itself.</summary>
public partial interface ILoadstoneApi
{
    /// <summary>Whether the gateway runs at all.</summary>
    [Get("health/live")]
    Task<HealthAnswer> LivenessAsync(CancellationToken cancellation);

    /// <summary>Whether every service can do its work now.</summary>
    [Get("health/ready")]
    Task<HealthAnswer> ReadinessAsync(CancellationToken cancellation);

    /// <summary>The gateway's instruments, in the text format of Prometheus.</summary>
    [Get("api/metrics")]
    Task<string> GatewayMetricsAsync(CancellationToken cancellation);

    /// <summary>This document.</summary>
    [Get("openapi/v1.json")]
    Task<JsonObject> OpenApiAsync(CancellationToken cancellation);

    /// <summary>What a plan may say, for editors: begin a file with <c># yaml-language-server: $schema=…/schemas/plan.json</c>.</summary>
    [Get("schemas/plan.json")]
    Task<JsonObject> PlanSchemaAsync(CancellationToken cancellation);

    /// <summary>What a scenario's <c>user_journey</c> may say, with every kind of step.</summary>
    [Get("schemas/journey.json")]
    Task<JsonObject> JourneySchemaAsync(CancellationToken cancellation);

    /// <summary>One person.</summary>
    [Get("api/users/{id}")]
    Task<UserAnswer> UserAsync([Path] Guid id, CancellationToken cancellation);
}
