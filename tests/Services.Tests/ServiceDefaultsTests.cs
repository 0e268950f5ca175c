using System.Net;
using Loadstone.ServiceHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Loadstone.Services.Tests;

/// <summary>What every service does with a call before its own code sees it.</summary>
public sealed class ServiceDefaultsTests : IAsyncLifetime
{
    private const int Longest = 4 * 1024 * 1024;

    private readonly WebApplication _service;

    public ServiceDefaultsTests()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["LOADSTONE_INTERNAL_KEY"] = new string('k', 32);
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        _service = builder.AddPlatformDefaults("test").Build().UsePlatformDefaults();
        _service.MapPost("/length", (HttpRequest request) => LengthAsync(request.Body));
        _service.MapGet("/greeting", (string? name) => $"hello {name}");
    }

    private HttpClient Http { get; set; } = null!;

    public async Task InitializeAsync()
    {
        await _service.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(_service.Urls.Single()) };
        Http.DefaultRequestHeaders.Add(InternalIdentity.Header, InternalIdentity.From(_service.Configuration).Sign(new Caller("gateway", "ada", [])));
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _service.DisposeAsync();
    }

    [Theory]
    [InlineData(Longest, false, HttpStatusCode.OK)]
    [InlineData(Longest, true, HttpStatusCode.OK)]
    [InlineData(Longest + 1, false, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(Longest + 1, true, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(10 * Longest, true, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_body_above_the_limit_is_answered_however_it_is_sent(int length, bool inChunks, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/length") { Content = new ByteArrayContent(new byte[length]) };
        request.Headers.TransferEncodingChunked = inChunks;
        using var answer = await Http.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Contains(expected == HttpStatusCode.OK ? $"{length}" : "The body is too large: at most 4 MB.", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("?name=ada", HttpStatusCode.OK, "hello ada")]
    [InlineData("?Name=%C3%A4", HttpStatusCode.OK, "hello ä")]
    [InlineData("", HttpStatusCode.OK, "hello ")]
    [InlineData("?nam=ada", HttpStatusCode.BadRequest, "nam is not known here.")]
    [InlineData("?name=ada&name=bob", HttpStatusCode.BadRequest, "name is given more than once.")]
    [InlineData("?name=%C3", HttpStatusCode.BadRequest, "name is not UTF-8.")]
    [InlineData("?name=a%00b", HttpStatusCode.BadRequest, "name holds a zero character.")]
    public async Task A_query_is_understood_as_a_whole_or_refused(string query, HttpStatusCode expected, string text)
    {
        using var answer = await Http.GetAsync("/greeting" + query);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Contains(text, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Health_is_told_whatever_is_asked_beside_it() =>
        Assert.Equal(HttpStatusCode.OK, (await Http.GetAsync("/health/live?probe=1")).StatusCode);

    private static async Task<string> LengthAsync(Stream body)
    {
        using var whole = new MemoryStream();
        await body.CopyToAsync(whole);
        return $"{whole.Length}";
    }
}
