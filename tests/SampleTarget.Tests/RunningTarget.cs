using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;

namespace Loadstone.SampleTarget.Tests;

/// <summary>The real target on a real socket of this test's own.</summary>
internal sealed class RunningTarget : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app;

    private RunningTarget(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address, Timeout = Patience };
    }

    public Uri Address { get; }
    public HttpClient Http { get; }

    public static async Task<RunningTarget> StartAsync(params string[] args)
    {
        var app = Target.Build(Settings.Parse(["--urls", "http://127.0.0.1:0", .. args]));
        await app.StartAsync();
        return new RunningTarget(app);
    }

    public async Task<JsonNode> GetAsync(string path) => (await Http.GetFromJsonAsync<JsonNode>(path))!;

    public Task<JsonNode> CountsAsync() => GetAsync("/counts");

    public async Task TurnAsync(object knobs) => (await Http.PutAsJsonAsync("/knobs", knobs)).EnsureSuccessStatusCode();

    public async Task ResetAsync() => (await Http.PostAsync("/reset", null)).EnsureSuccessStatusCode();

    /// <summary>The counts, as soon as they say what the caller waits for.</summary>
    public async Task<JsonNode> CountsWhenAsync(Func<JsonNode, bool> asExpected)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var counts = await CountsAsync();
            if (asExpected(counts)) return counts;
            if (limit.IsCancellationRequested) throw new TimeoutException("Last seen: " + counts.ToJsonString());
        }
    }

    public async Task<string> SignInAsync(int user = 1)
    {
        var answer = await Http.PostAsJsonAsync("/api/auth/login", new { email = $"user{user}@sample.test", password = $"password-{user}" });
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!["token"]!.GetValue<string>();
    }

    /// <summary>A client whose requests carry the user's bearer token.</summary>
    public async Task<HttpClient> MemberAsync(int user = 1)
    {
        var client = new HttpClient { BaseAddress = Address, Timeout = Patience };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await SignInAsync(user));
        return client;
    }

    public async Task<ClientWebSocket> OpenSocketAsync(string path)
    {
        var socket = new ClientWebSocket();
        using var limit = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(new UriBuilder(new Uri(Address, path)) { Scheme = "ws" }.Uri, limit.Token);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}

internal static class Answers
{
    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonNode>())!;

    public static async Task<JsonNode> JsonAsync(this Task<HttpResponseMessage> answer) => await (await answer).JsonAsync();

    public static long Number(this JsonNode node, string member) => node[member]?.GetValue<long>() ?? 0;

    public static string Text(this JsonNode node, string member) => node[member]!.GetValue<string>();

    public static long Sum(this JsonNode node) => node.AsObject().Sum(pair => pair.Value!.GetValue<long>());

    /// <summary>The members that problem details blame, in alphabetical order.</summary>
    public static string Blamed(this JsonNode problem) =>
        string.Join(", ", problem["errors"]!.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal));

    public static StringContent Json(string json) => new(json, null, "application/json");

    public static bool Balances(this JsonNode counts) => counts.Number("total")
        == counts["by_status"]!.Sum() + counts.Number("aborted_by_client") + counts.Number("dropped") + counts.Number("in_flight");
}
