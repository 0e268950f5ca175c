using Loadstone.Contracts;
using Loadstone.ServiceHost;
using RestEase;

namespace Loadstone.Worker;

/// <summary>The configuration service, asked for what no message holds.</summary>
public interface ISecretsClient
{
    [Get("internal/environments/{id}/secrets")]
    Task<SecretValues> ValuesAsync([Path] Guid id, [Header(InternalIdentity.RunHeader)] string token, CancellationToken cancellation);
}
