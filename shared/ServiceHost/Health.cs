using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Loadstone.ServiceHost;

/// <summary>
/// Two questions: <c>/health/live</c>, is the process there at all, and <c>/health/ready</c>, can it do its work now. Ready is
/// false while a dependency is down; what is down is in the answer, without addresses.
/// </summary>
public static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Makes readiness depend on a database.</summary>
    public static IServiceCollection AddPostgresHealth(this IServiceCollection services, string connectionString)
    {
        // One connection, kept for this question alone: a busy pool is no reason to be called not ready.
        var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 1, ApplicationName = "health" });
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            "postgres", _ => new PostgresCheck(source), HealthStatus.Unhealthy, tags: null, Patience));
        return services;
    }

    /// <summary>Makes readiness depend on another service's being ready, or one of its instances.</summary>
    public static IServiceCollection AddServiceHealth(this IServiceCollection services, string name, IReadOnlyList<Uri> urls)
    {
        services.AddHttpClient($"health of {name}", client => client.Timeout = Patience);
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            name, provider => new ServiceCheck(provider.GetRequiredService<IHttpClientFactory>(), name, urls), HealthStatus.Unhealthy, tags: null, Patience));
        return services;
    }

    internal static void MapHealth(this WebApplication app)
    {
        // Left to itself, a health check answers every method.
        var onlyRead = new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]);
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).WithMetadata(onlyRead);
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync }).WithMetadata(onlyRead);
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new HealthAnswer(report.Status == HealthStatus.Healthy, report.Entries.ToDictionary(e => e.Key, e => e.Value.Status == HealthStatus.Healthy)),
        context.RequestAborted);

    [Envelope]
    private sealed record HealthAnswer(bool Success, Dictionary<string, bool> Dependencies);

    private sealed class PostgresCheck(NpgsqlDataSource dataSource) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await using var command = dataSource.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
    }

    private sealed class ServiceCheck(IHttpClientFactory clients, string name, IReadOnlyList<Uri> urls) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var ready = await Task.WhenAll(urls.Select(url => IsReadyAsync(url, cancellationToken)));
            return ready.Any(isReady => isReady) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy();
        }

        private async Task<bool> IsReadyAsync(Uri url, CancellationToken cancellation)
        {
            try
            {
                using var client = clients.CreateClient($"health of {name}");
                using var answer = await client.GetAsync(new Uri(url, "/health/ready"), cancellation);
                return answer.IsSuccessStatusCode;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                return false;
            }
        }
    }
}
