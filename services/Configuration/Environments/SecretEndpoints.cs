using System.Security.Cryptography;
using Loadstone.Contracts;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration.Environments;

/// <summary>What a worker asks when it prepares a run: the values of the environment's secrets, by a token for that run.</summary>
internal static class SecretEndpoints
{
    public static void MapSecrets(this WebApplication app) => app.MapGet("/internal/environments/{id:guid}/secrets", GetAsync);

    private static async Task<SecretValues> GetAsync(HttpContext http, Guid id, IQuerySession session, SecretBox box, InternalIdentity identity)
    {
        if (InternalIdentity.CallerOf(http).Service != "worker" || identity.VerifyRun(http.Request.Headers[InternalIdentity.RunHeader])?.EnvironmentId != id)
            throw new RefusalException(StatusCodes.Status403Forbidden, "Secrets are told to a worker only, for a run it is to prepare now.");
        http.Response.Headers.CacheControl = "no-store";
        var kept = await session.LoadAsync<EnvironmentSecrets>(id, http.RequestAborted);
        try
        {
            return new SecretValues((kept?.Sealed ?? new Dictionary<string, string>()).ToDictionary(s => s.Key, s => box.Open(id, s.Key, s.Value)));
        }
        catch (CryptographicException)
        {
            throw RefusalException.Conflict("The environment's secrets were sealed under another key; give them again.");
        }
    }
}
