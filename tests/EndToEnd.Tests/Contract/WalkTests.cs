using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Loadstone.Local;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>The walk through the API that is shipped as an example can be walked.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class WalkTests(RunningPlatform running)
{
    private static readonly string[] Needed =
        ["signIn", "createKey", "createEnvironment", "createConfiguration", "execute", "getExecutionStatus", "watchExecution", "listMetrics", "getExecutionReport", "listAlerts", "revokeKey"];

    private readonly HttpFile _file = new(File.ReadAllText(Path.Combine(StateFolder.FindClone(), "examples", "loadstone.http")));

    [Fact]
    public async Task Every_request_of_the_walk_is_an_operation_of_the_documents()
    {
        var contract = await ApiContract.ReadAsync(running.Gateway);
        var asked = _file.Requests.Select(r => (Request: r, Operation: OperationOf(contract, r))).ToList();

        Assert.Empty(asked.Where(a => a.Operation is null).Select(a => $"{a.Request.Method} {a.Request.Url}"));
        Assert.Empty(Needed.Except(asked.Select(a => a.Operation!.Id)));
        foreach (var (request, operation) in asked)
        {
            foreach (var name in new Uri("http://x" + PathOf(request)).Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')[0]))
                Assert.True(operation!.Takes("query", name), $"{operation} takes no {name}");
            Assert.Equal(operation!.BodySchema is not null && operation.Example is not null, request.Body is not null);
        }
    }

    [Fact]
    public async Task Each_step_of_the_walk_leads_to_the_next()
    {
        var admin = await running.NewPersonAsync("admin");
        foreach (var (variable, value) in new[] { ("gateway", ""), ("target", running.Platform.Target.GetLeftPart(UriPartial.Authority)), ("user", admin.Name), ("password", admin.Password), ("name", $"shop {Guid.NewGuid()}") })
            _file.Set(variable, value);
        using var caller = running.Caller(null);
        foreach (var given in _file.Requests)
        {
            using var request = RequestOf(given);
            using var answer = await caller.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.True(answer.IsSuccessStatusCode, $"{given.Method} {given.Url}: {(int)answer.StatusCode}");
            // A stream that lasts as long as the run: after it, the run is over.
            var text = await answer.Content.ReadAsStringAsync();
            if (given.Name is not null)
                _file.Answered(given.Name, JsonNode.Parse(text));
            if (given.Url.EndsWith("/live", StringComparison.Ordinal))
                await running.EndOfAsync(Guid.Parse(Id().Match(request.RequestUri!.ToString()).Value));
        }
    }

    private HttpRequestMessage RequestOf(HttpFileRequest given)
    {
        var request = new HttpRequestMessage(new HttpMethod(given.Method), new Uri(_file.Filled(given.Url), UriKind.Relative));
        if (given.Body is not null)
            request.Content = new StringContent(_file.Filled(given.Body), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        foreach (var (name, value) in given.Headers.Where(h => h.Name != "Content-Type"))
            request.Headers.TryAddWithoutValidation(name, _file.Filled(value));
        return request;
    }

    private static ApiOperation? OperationOf(ApiContract contract, HttpFileRequest request) => contract.Operations.FirstOrDefault(o =>
        o.Method == request.Method && Regex.IsMatch(PathOf(request).Split('?')[0], $"^{o.Path.Replace("{id}", @"\{\{[^/]+\}\}", StringComparison.Ordinal)}$", RegexOptions.None, TimeSpan.FromSeconds(1)));

    private static string PathOf(HttpFileRequest request) => request.Url.Replace("{{gateway}}", "", StringComparison.Ordinal);

    private static Regex Id() => new("[0-9a-f]{8}-[0-9a-f-]{27}", RegexOptions.None, TimeSpan.FromSeconds(1));
}
