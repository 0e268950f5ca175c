using System.Security.Cryptography;
using System.Text;
using Loadstone.Alerting.Delivery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>What a receiver of webhooks gets, and where none may be.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private const string Secret = "a secret of the receiver";
    private static readonly Letter Any = new("the id", "alert.raised.high", """{"alert_id":1}"""u8.ToArray());

    private readonly List<(string Path, IHeaderDictionary Headers, string Body)> _heard = [];
    private readonly WebApplication _receiver;

    public WebhookTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _receiver = builder.Build();
        _receiver.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            _heard.Add((http.Request.Path, new HeaderDictionary(http.Request.Headers.ToDictionary()), await reader.ReadToEndAsync()));
            http.Response.StatusCode = http.Request.Path == "/moved" ? 302 : http.Request.Path == "/broken" ? 500 : 204;
            http.Response.Headers.Location = "/elsewhere";
        });
    }

    public Task InitializeAsync() => _receiver.StartAsync();

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [Fact]
    public async Task A_call_is_signed_with_its_time_and_says_what_happened()
    {
        await Hook("/").SendAsync(Any, CancellationToken.None);

        var (_, headers, body) = Assert.Single(_heard);
        var signed = Encoding.UTF8.GetBytes($"{headers["Loadstone-Timestamp"]}.{body}");
        Assert.Equal($"v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), signed))}", headers["Loadstone-Signature"].ToString());
        Assert.Equal(("alert.raised.high", "the id", "application/json", """{"alert_id":1}"""), (headers["Loadstone-Event"].ToString(), headers["Loadstone-Delivery"].ToString(), headers.ContentType.ToString(), body));
        Assert.Equal(new SetClock().Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), headers["Loadstone-Timestamp"].ToString());
        Assert.DoesNotContain(Secret, string.Join('\n', headers.Select(h => h.Value.ToString())));
    }

    [Theory]
    [InlineData("/broken", "it answered 500")]
    [InlineData("/moved", "it answered 302, and redirects are not followed")]
    public async Task What_is_not_taken_says_why_and_no_redirect_is_followed(string path, string reason)
    {
        Assert.Equal(reason, (await Assert.ThrowsAsync<NotDeliveredException>(() => Hook(path).SendAsync(Any, CancellationToken.None))).Message);
        Assert.Single(_heard);
    }

    [Fact]
    public async Task Nobody_at_the_door_is_a_reason_too()
    {
        var url = new Uri($"http://127.0.0.1:{Loadstone.Local.Ports.PickFree()}/");

        Assert.StartsWith("it could not be reached", (await Assert.ThrowsAsync<NotDeliveredException>(() => new Webhook(url, Secret, Settings(), new SetClock()).SendAsync(Any, CancellationToken.None))).Message);
    }

    [Fact]
    public async Task This_machine_is_called_only_when_the_operator_allows_it()
    {
        var hook = Hook("/", ("LOADSTONE_ALLOW_LOOPBACK", "false"));

        Assert.Contains("an address of this machine itself, which the operator", (await Assert.ThrowsAsync<NotDeliveredException>(() => hook.SendAsync(Any, CancellationToken.None))).Message);
        Assert.Empty(_heard);
    }

    [Fact]
    public async Task A_port_of_the_platform_is_never_called()
    {
        var hook = Hook("/", ("LOADSTONE_SCHEDULER_URL", _receiver.Urls.Single()));

        Assert.Contains("a port of the platform itself", (await Assert.ThrowsAsync<NotDeliveredException>(() => hook.SendAsync(Any, CancellationToken.None))).Message);
        Assert.Empty(_heard);
    }

    [Theory]
    [InlineData("http://10.1.2.3/", true)]
    [InlineData("http://192.168.0.1/", true)]
    [InlineData("http://[fd00::1]/", true)]
    [InlineData("http://169.254.169.254/latest/meta-data", true)]
    [InlineData("http://[::ffff:169.254.169.254]/", true)]
    [InlineData("http://0x7f000001/", false)]
    [InlineData("https://93.184.215.14/", false)]
    public async Task Private_and_metadata_addresses_are_refused_before_anything_connects(string url, bool isRefused)
    {
        var refusal = await Webhook.RefusalAsync(new Uri(url), Settings(), CancellationToken.None);

        Assert.Equal(isRefused, refusal is not null);
        if (isRefused)
            Assert.StartsWith("its host leads to", (await Assert.ThrowsAsync<NotDeliveredException>(() => new Webhook(new Uri(url), Secret, Settings(), new SetClock()).SendAsync(Any, CancellationToken.None))).Message);
    }

    [Fact]
    public async Task Private_networks_are_opened_by_the_operator_alone() => Assert.Null(
        await Webhook.RefusalAsync(new Uri("http://10.1.2.3/"), Settings(("LOADSTONE_WEBHOOKS_ALLOW_PRIVATE", "true")), CancellationToken.None));

    private Webhook Hook(string path, params (string Name, string Value)[] settings) =>
        new(new Uri(_receiver.Urls.Single() + path), Secret, Settings(settings), new SetClock());

    // Loopback is allowed unless a test says otherwise.
    private static IConfiguration Settings(params (string Name, string Value)[] settings) => new ConfigurationBuilder().AddInMemoryCollection(
        settings.Prepend(("LOADSTONE_ALLOW_LOOPBACK", "true")).GroupBy(s => s.Item1).ToDictionary(s => s.Key, s => (string?)s.Last().Item2)).Build();
}
