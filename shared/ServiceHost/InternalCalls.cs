using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RestEase;

namespace Loadstone.ServiceHost;

/// <summary>Typed HTTP clients from service to service: signed, timed out, in the platform's JSON.</summary>
public static class InternalCalls
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Adds a client of another service.</summary>
    /// <typeparam name="T">The RestEase interface of its internal API.</typeparam>
    /// <param name="builder">The calling service's builder.</param>
    /// <param name="setting">The setting that holds the other service's URL, or those of its instances.</param>
    public static void AddInternalClient<T>(this WebApplicationBuilder builder, string setting)
        where T : class
    {
        var urls = builder.RequiredUrls(setting);
        builder.Services.AddTransient<SigningHandler>();
        builder.Services.AddHttpClient(typeof(T).Name, client => (client.BaseAddress, client.Timeout) = (urls[0], Patience))
            .AddHttpMessageHandler<SigningHandler>().AddHttpMessageHandler(() => new AnyInstanceHandler(urls));
        builder.Services.AddTransient(provider => new RestClient(provider.GetRequiredService<IHttpClientFactory>().CreateClient(typeof(T).Name))
        {
            ResponseDeserializer = new EnvelopeReader(),
            RequestBodySerializer = new EnvelopeWriter(),
        }.For<T>());
    }

    // Calls made within a request speak for its caller, others for the service itself.
    private sealed class SigningHandler(InternalIdentity identity, ServiceName service, IHttpContextAccessor context) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var caller = context.HttpContext is { } current && InternalIdentity.FindCaller(current) is { } known
                ? known with { Service = service.Value }
                : new Caller(service.Value, service.Value, []);
            request.Headers.Add(InternalIdentity.Header, identity.Sign(caller));
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class EnvelopeReader : ResponseDeserializer
    {
        public override T Deserialize<T>(string? content, HttpResponseMessage response, ResponseDeserializerInfo info) =>
            JsonSerializer.Deserialize<T>(content ?? "null", Envelope.Options)!;
    }

    private sealed class EnvelopeWriter : RequestBodySerializer
    {
        public override HttpContent? SerializeBody<T>(T body, RequestBodySerializerInfo info) =>
            new StringContent(JsonSerializer.Serialize(body, Envelope.Options), System.Text.Encoding.UTF8, "application/json");
    }
}
