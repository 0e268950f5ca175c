using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Contracts;
using Loadstone.ServiceHost;
using RestEase;

namespace Loadstone.Scheduler;

/// <summary>The configuration service, asked once for each run. It refuses what may not be run, as of now and by this caller.</summary>
public interface IConfigurationClient
{
    /// <summary>A kept configuration; <paramref name="confirm"/> for production, <paramref name="anytime"/> for a run that is not to begin now.</summary>
    [Get("internal/configurations/{id}/runnable")]
    [AllowAnyStatusCode]
    Task<Response<RunnableConfiguration>> RunnableAsync([Path] Guid id, [Query] string? confirm, [Query] string? anytime, CancellationToken cancellation);

    /// <summary>Keeps a plan under its name, as a new configuration or a new version of the one that has it.</summary>
    [Post("internal/configurations/runnable")]
    [AllowAnyStatusCode]
    Task<Response<RunnableConfiguration>> KeepAsync([Body] JsonObject plan, [Query] string? baseUrl, CancellationToken cancellation);

    /// <summary>Makes a plan the new version of a configuration.</summary>
    [Put("internal/configurations/{id}/runnable")]
    [AllowAnyStatusCode]
    Task<Response<RunnableConfiguration>> ChangeAsync([Path] Guid id, [Body] JsonObject plan, [Query] string? baseUrl, CancellationToken cancellation);

    /// <summary>A plan that is kept nowhere, or not any more.</summary>
    [Post("internal/plans/runnable")]
    [AllowAnyStatusCode]
    Task<Response<RunnableConfiguration>> CheckAsync([Body] JsonObject plan, CancellationToken cancellation);
}

internal static class ConfigurationAnswers
{
    /// <summary>What the configuration service answered; its refusal is ours.</summary>
    /// <param name="asked">The question.</param>
    /// <param name="pathOf">What the caller calls a bad field; as it is when null.</param>
    public static async Task<RunnableConfiguration> OrRefuseAsync(this Task<Response<RunnableConfiguration>> asked, Func<string, string>? pathOf = null)
    {
        var answer = await asked;
        if (answer.ResponseMessage.IsSuccessStatusCode)
            return answer.GetContent();
        var problem = JsonNode.Parse(answer.StringContent ?? "{}");
        var errors = problem?["errors"].Deserialize<Dictionary<string, string[]>>();
        throw new RefusalException(
            (int)answer.ResponseMessage.StatusCode, problem?["error"]?.ToString() ?? "The configuration cannot be run.",
            errors?.ToDictionary(e => pathOf?.Invoke(e.Key) ?? e.Key, e => e.Value));
    }
}
