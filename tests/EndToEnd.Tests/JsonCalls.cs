using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests;

/// <summary>Plain JSON over HTTP, with the status beside the answer.</summary>
internal static class JsonCalls
{
    public static async Task<(HttpStatusCode Status, JsonObject Body)> CallAsync(
        this HttpClient client, HttpMethod method, string path, JsonNode? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (ifMatch is not null)
            request.Headers.Add("If-Match", ifMatch);
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }

    /// <summary>Creates a resource and gives it back.</summary>
    public static async Task<JsonObject> CreateAsync(this HttpClient client, string path, string kind, string body)
    {
        var (status, answer) = await client.CallAsync(HttpMethod.Post, path, JsonNode.Parse(body));
        Assert.True(status == HttpStatusCode.Created, answer.ToJsonString());
        return answer[kind]!.AsObject();
    }
}
