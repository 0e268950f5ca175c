using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Plans;
using RestEase;

namespace Loadstone.Client;

/// <summary>The platform refused or could not do what was asked.</summary>
/// <param name="status">The HTTP status; 0 when there was no answer at all.</param>
/// <param name="sentence">What is wrong, in one sentence.</param>
/// <param name="errors">The bad fields by wire path; empty when no single field is to blame.</param>
public sealed class LoadstoneException(int status, string sentence, IReadOnlyDictionary<string, string[]> errors) : Exception(sentence)
{
    /// <summary>The HTTP status; 0 when there was no answer at all.</summary>
    public int Status { get; } = status;

    /// <summary>True when a service was away, which may be over the next time.</summary>
    public bool IsPassing => Status is 0 or 502 or 503 or 504;

    /// <summary>The bad fields by wire path.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; } = errors;
}

/// <summary>Makes clients of a gateway.</summary>
public static class LoadstoneClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A client of the gateway at <paramref name="gateway"/>. Thread-safe; keep one for the life of the program.</summary>
    /// <param name="gateway">Its URL.</param>
    /// <param name="key">An API key; null for the little that needs none.</param>
    public static ILoadstoneApi Connect(Uri gateway, string? key) => Connect(gateway, _ => ValueTask.FromResult(key));

    /// <summary>A client that asks for its key or token before each call, so that one that ends can be renewed.</summary>
    /// <param name="gateway">Its URL.</param>
    /// <param name="credential">Gives the API key or the access token; null for none.</param>
    public static ILoadstoneApi Connect(Uri gateway, Func<CancellationToken, ValueTask<string?>> credential)
    {
        var http = new HttpClient(new CredentialHandler(credential), disposeHandler: true) { BaseAddress = gateway, Timeout = Patience };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("loadstone-client", "1.0"));
        return new RestClient(http) { ResponseDeserializer = new Reader(), RequestBodySerializer = new Writer() }.For<ILoadstoneApi>();
    }

    private sealed class CredentialHandler(Func<CancellationToken, ValueTask<string?>> credential) : DelegatingHandler(new ProblemHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (await credential(cancellationToken) is { } given)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", given);
            return await base.SendAsync(request, cancellationToken);
        }
    }

    // Turns problem details (RFC 9457) into exceptions that say what they say.
    private sealed class ProblemHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage answer;
            try
            {
                answer = await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException e)
            {
                throw new LoadstoneException(0, $"There is no gateway at {request.RequestUri!.GetLeftPart(UriPartial.Authority)}: {e.Message}", NoErrors);
            }

            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
                throw ExceptionOf((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        }
    }

    private static readonly Dictionary<string, string[]> NoErrors = [];

    private static LoadstoneException ExceptionOf(int status, string body)
    {
        try
        {
            var problem = JsonNode.Parse(body);
            return new LoadstoneException(
                status, problem?["error"]?.ToString() ?? $"The answer was {status}.", problem?["errors"].Deserialize<Dictionary<string, string[]>>() ?? NoErrors);
        }
        catch (JsonException)
        {
            return new LoadstoneException(status, $"The answer was {status}.", NoErrors);
        }
    }

    private sealed class Reader : ResponseDeserializer
    {
        public override T Deserialize<T>(string? content, HttpResponseMessage response, ResponseDeserializerInfo info) =>
            JsonSerializer.Deserialize<T>(content ?? "null", WireJson.Options)!;
    }

    private sealed class Writer : RequestBodySerializer
    {
        public override HttpContent? SerializeBody<T>(T body, RequestBodySerializerInfo info) =>
            new StringContent(JsonSerializer.Serialize(body, WireJson.Options), Encoding.UTF8, "application/json");
    }
}
