using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>
/// Whatever is sent to the gateway, it answers with what is the sender's fault or does what was asked: never a 5xx, never a
/// stack trace, never a secret, and nobody dies (T19). LOADSTONE_FUZZ_REQUESTS=10000 makes the long version of it, and
/// LOADSTONE_FUZZ_SEED repeats one.
/// </summary>
[Collection(nameof(RunningPlatform))]
public sealed partial class FuzzTests(RunningPlatform running) : IDisposable
{
    private const int AtOnce = 4;

    // Long enough for an answer, and short enough for all that have none to give.
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(400);

    // They end what other tests of the platform need.
    private static readonly string[] LeftOut = ["stopAllExecutions", "signOut"];

    private static readonly int Count = Setting("LOADSTONE_FUZZ_REQUESTS", 400);
    private static readonly int Seed = Setting("LOADSTONE_FUZZ_SEED", Environment.TickCount);

    // As the fixture's, but says what is no ASCII as it is.
    private readonly HttpClient _gateway = ClientLike(running.Gateway);

    [Fact]
    public async Task Whatever_is_sent_nothing_breaks_and_nothing_leaks()
    {
        var contract = await ApiContract.ReadAsync(running.Gateway);
        var secrets = new PlantedSecrets(running);
        var requests = new Requests(contract, running);
        var templates = new List<Template>();
        foreach (var operation in contract.Operations.Where(o => !LeftOut.Contains(o.Id)))
            templates.Add(await Template.OfAsync(operation, await requests.MakeAsync(operation)));
        var before = ProcessesAlive();
        var complaints = new System.Collections.Concurrent.ConcurrentQueue<string>();

        await Parallel.ForEachAsync(Enumerable.Range(0, Count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            var random = new Random(unchecked((Seed * 31) + i));
            var template = templates[random.Next(templates.Count)];
            var (sent, answer) = random.Next(5) == 0 ? await SendRawAsync(random, template) : await SendAsync(random, template, secrets.Planted);
            if (Fault(answer, secrets.All) is { } fault)
                complaints.Enqueue($"{i}: {template.Operation}: {fault}\n  sent {Short(sent)}\n  got {Short(answer)}");
        });
        await requests.EndAsync();
        await StopAllAsync();

        Assert.True(complaints.IsEmpty, $"seed {Seed}, {complaints.Count} of {Count}:\n{string.Join('\n', complaints.Take(20))}");
        Assert.Equal(before, ProcessesAlive());
        Assert.Empty(await secrets.FindAsync());
        RunningPlatform.AssertPassed((await running.RunAsync(RunningPlatform.Plan())).Verdict);
    }

    [Theory]
    [InlineData("DELETE", "/api/load-testing/configurations/", "If-Match: ß", "409")]
    [InlineData("DELETE", "/api/load-testing/configurations/", "If-Match: \u00A0", "428")]
    [InlineData("DELETE", "/api/load-testing/configurations/", "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF", "400")]
    public async Task A_header_that_makes_no_sense_is_read_and_is_no_fault_of_the_platform(string method, string path, string header, string status)
    {
        var configuration = await running.Api.CreateConfigurationAsync(RunningPlatform.Plan(), CancellationToken.None);
        var request = $"{method} {path}{configuration.Configuration["id"]} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {running.Platform.Key}\r\n{header}\r\nConnection: close\r\n\r\n";

        Assert.StartsWith($"HTTP/1.1 {status} ", await RawRequests.ExchangeAsync(running.Platform.Gateway, Encoding.UTF8.GetBytes(request), RunningPlatform.Longest));
    }

    public void Dispose() => _gateway.Dispose();

    private static HttpClient ClientLike(HttpClient other)
    {
        var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8, AllowAutoRedirect = false };
        var client = new HttpClient(handler) { BaseAddress = other.BaseAddress, Timeout = other.Timeout };
        foreach (var (name, values) in other.DefaultRequestHeaders)
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, values);
        return client;
    }

    private static string? Fault(string answer, IReadOnlyList<string> secrets)
    {
        if (Status().Match(answer) is { Success: true } status && status.Groups["code"].Value is not ("501" or "505"))
            return $"it is a {status.Groups["code"].Value}";
        if (Trace().IsMatch(answer))
            return "it shows the inside";
        return secrets.Any(s => answer.Contains(s, StringComparison.Ordinal)) ? "it shows a secret" : null;
    }

    private async Task<(string Sent, string Answer)> SendRawAsync(Random random, Template template)
    {
        var bytes = RawRequests.Make(random, template.Path);
        return (Encoding.Latin1.GetString(bytes), await RawRequests.ExchangeAsync(running.Platform.Gateway, bytes, Silence));
    }

    private async Task<(string Sent, string Answer)> SendAsync(Random random, Template template, string secret)
    {
        using var request = template.Spoil(random, new Mutations(random), secret);
        // A path that begins with two slashes would name another host.
        if (request.RequestUri!.OriginalString is ['/', '/', ..] path)
            request.RequestUri = new Uri(running.Platform.Gateway.GetLeftPart(UriPartial.Authority) + path);
        var sent = $"{request}\n{(request.Content is null ? "" : await request.Content.ReadAsStringAsync())}";
        using var answer = await _gateway.SendAsync(request);
        return (sent, $"HTTP/1.1 {(int)answer.StatusCode}\n{answer.Headers}\n{await answer.Content.ReadAsStringAsync()}");
    }

    // What was spoilt only a little may have begun a run.
    private async Task StopAllAsync()
    {
        foreach (var status in new[] { "scheduled", "running", "paused" })
        {
            foreach (var execution in (await running.Api.ExecutionsAsync(200, status, CancellationToken.None)).Executions)
                (await running.Gateway.PostAsync($"/api/load-testing/executions/{execution.Id}/stop", null)).Dispose();
        }
    }

    private List<(string Name, bool Alive)> ProcessesAlive() =>
        [.. new[] { "configuration", "scheduler", "worker", "ingestion", "alerting", "analysis", "gateway" }.Select(name => (name, !running.Platform.Process(name).Exited.IsCompleted))];

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private static string Short(string text) => text.Length > 600 ? text[..600] + "…" : text;

    [GeneratedRegex(@"^HTTP/1.1 (?<code>5\d\d)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Status();

    [GeneratedRegex(@"   at \w+\.|\.cs:line \d|Exception:|System\.\w+\.\w+Exception|Npgsql\.", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Trace();

    // A right request, taken apart so that many wrong ones can be made of it.
    private sealed record Template(ApiOperation Operation, string Path, string? Body, List<KeyValuePair<string, string>> Headers)
    {
        public static async Task<Template> OfAsync(ApiOperation operation, HttpRequestMessage request)
        {
            using (request)
            {
                var body = request.Content is null ? null : await request.Content.ReadAsStringAsync();
                return new Template(operation, request.RequestUri!.ToString(), body, [.. request.Headers.SelectMany(h => h.Value.Select(v => KeyValuePair.Create(h.Key, v)))]);
            }
        }

        public HttpRequestMessage Spoil(Random random, Mutations mutations, string secret)
        {
            var what = random.Next(6);
            var path = what == 0 ? mutations.Path(Path) : what == 1 ? $"{Path}{(Path.Contains('?') ? '&' : '?')}{mutations.Query(QueryNames)}" : Path;
            var request = new HttpRequestMessage(new HttpMethod(random.Next(15) == 0 ? "PATCH" : Operation.Method), new Uri(path.Length == 0 ? "/" : path, UriKind.Relative));
            foreach (var (name, value) in Headers)
                request.Headers.TryAddWithoutValidation(name, what == 2 ? string.Concat(mutations.Oddity().Where(c => !char.IsControl(c))) : value);
            if (random.Next(10) == 0)
                AddCredentials(request, random, secret);
            if (Body is not null && Operation.Method != "GET")
                request.Content = ContentOf(what is 0 or 1 or 2 ? Body : mutations.Body(Body), random);
            return request;
        }

        private List<string> QueryNames => [.. Operation.Parameters.Where(p => p["in"]!.ToString() == "query").Select(p => p["name"]!.ToString())];

        private StringContent ContentOf(string body, Random random)
        {
            var type = random.Next(20) == 0 ? "text/plain" : Operation.BodyType!;
            var content = new StringContent(body, random.Next(30) == 0 ? Encoding.Unicode : new UTF8Encoding(false));
            content.Headers.ContentType = type.StartsWith("multipart", StringComparison.Ordinal) ? MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x") : MediaTypeHeaderValue.Parse(type);
            return content;
        }

        private static void AddCredentials(HttpRequestMessage request, Random random, string secret)
        {
            var (name, value) = random.Next(4) switch
            {
                0 => ("Authorization", $"Bearer {secret}"),
                1 => ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{secret}"))}"),
                2 => ("X-Api-Key", $"lsk_{secret}"),
                _ => ("Cookie", $"loadstone={secret}"),
            };
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
