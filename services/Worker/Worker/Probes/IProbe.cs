using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Worker.Probes;

/// <summary>One place where the system under test tells how it stands. Asked by one task at a time.</summary>
internal interface IProbe : IAsyncDisposable
{
    /// <summary>What the connection that it keeps open now is for; null when it keeps none.</summary>
    string? ConnectionKind { get; }

    /// <summary>Asks once. Whatever it throws is a failure of the probe, and of nothing else.</summary>
    Task<ProbeAnswer> AskAsync(CancellationToken cancellation);
}

/// <summary>What a probe was told.</summary>
/// <param name="Metrics">Metric to value.</param>
/// <param name="Missing">What it was not told though it asked; null when nothing is missing.</param>
/// <param name="SlowestStatements">What a database is busy with; null when it was not asked for, or it does not tell.</param>
internal sealed record ProbeAnswer(IReadOnlyDictionary<string, double> Metrics, string? Missing = null, IReadOnlyList<SlowStatement>? SlowestStatements = null);

/// <summary>The other side is there, and does not answer as it should; the message says how, and has no secret in it.</summary>
internal sealed class ProbeFailedException(string message) : Exception(message);

internal static class ProbeOpening
{
    /// <summary>Makes what asks a target. It connects when it asks first.</summary>
    public static IProbe Open(this TargetProbe target, string? password, TargetPolicy policy, TimeSpan patience)
    {
        var host = new JudgedHost(policy, new Uri(target.Url));
        return target.Type switch
        {
            ProbeType.Postgres => new PostgresProbe(target, password, host, patience),
            ProbeType.Redis => new RedisProbe(target, password, host),
            ProbeType.Rabbitmq => new RabbitMqProbe(target, password, host, patience),
            _ => new PrometheusProbe(target, password, host, patience),
        };
    }
}
