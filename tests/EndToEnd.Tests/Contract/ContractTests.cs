using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Loadstone.Plans.Tests;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>
/// Every operation of the published document does what the document says: by its example, and by what is wrong with a request.
/// Each test goes through all operations and names every one that does not.
/// </summary>
[Collection(nameof(RunningPlatform))]
public sealed class ContractTests(RunningPlatform running) : IAsyncLifetime
{
    // Only an answer that came before tells which there are.
    private static readonly string[] GivenByAnswers = ["cursor", "phase", "readPercentiles.operation"];

    // Operations that ask for more than an example can say; each has a test of its own.
    private static readonly Dictionary<string, string> OnTheirOwn = new()
    {
        ["signIn"] = "it takes a person with a password: SignInTests",
        ["refreshTokens"] = "it takes a refresh token: SignInTests",
        ["signOut"] = "it takes a person who has signed in: SignInTests",
        ["changePassword"] = "it takes a person who has signed in: SignInTests",
    };

    private readonly List<string> _complaints = [];
    private ApiContract _contract = null!;
    private JsonSchemaCheck _schema = null!;
    private Requests _requests = null!;

    public async Task InitializeAsync()
    {
        _contract = await ApiContract.ReadAsync(running.Gateway);
        // What is answered is to be described.
        _schema = new JsonSchemaCheck(_contract.Json, describesAll: true);
        _requests = new Requests(_contract, running);
    }

    public Task DisposeAsync() => _requests.EndAsync();

    [Fact]
    public async Task Every_operation_answers_its_example_as_described()
    {
        foreach (var operation in Operations())
            await HoldAsync(operation, "its example", await _requests.MakeAsync(operation), status => status < 300);

        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }

    [Fact]
    public async Task Every_query_parameter_does_something_and_no_other_is_let_in()
    {
        foreach (var operation in Operations().Where(o => o.Method == "GET" && !o.Path.StartsWith("/health", StringComparison.Ordinal)))
        {
            foreach (var parameter in operation.Parameters.Where(p => p["in"]!.ToString() == "query" && !IsGivenByAnswers(operation, p["name"]!.ToString())))
                await HoldAsync(operation, $"its {parameter["name"]}", await WithQueryAsync(operation, parameter["name"]!.ToString(), await _requests.ValueOfAsync(parameter)), status => status < 300);
            foreach (var parameter in operation.Parameters.Where(p => p["in"]!.ToString() == "query" && _contract.Follow(p["schema"]!)["enum"] is not null))
                await HoldAsync(operation, $"a wrong {parameter["name"]}", await WithQueryAsync(operation, parameter["name"]!.ToString(), "nonsense"), status => status == 400, parameter["name"]!.ToString());
            await HoldAsync(operation, "an unknown parameter", await WithQueryAsync(operation, "noSuchThing", "1"), status => status == 400, "noSuchThing");
        }

        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        foreach (var operation in Operations().Where(o => o.HasId))
        {
            await HoldAsync(operation, "an unknown id", await _requests.MakeAsync(operation, id: Guid.NewGuid().ToString(), version: "\"1\""), status => status == 404);
            await HoldAsync(operation, "an id that is none", await _requests.MakeAsync(operation, id: "no-id", version: "\"1\""), status => status == 404);
        }

        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }

    [Fact]
    public async Task A_write_without_a_version_or_with_a_stale_one_changes_nothing()
    {
        foreach (var operation in Operations().Where(o => o.NeedsVersion))
        {
            await HoldAsync(operation, "no version", await _requests.MakeAsync(operation, version: ""), status => status == 428);
            await HoldAsync(operation, "a stale version", await _requests.MakeAsync(operation, version: "\"999\""), status => status == 409);
        }

        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }

    [Fact]
    public async Task A_bad_body_is_refused_by_the_names_of_its_fields()
    {
        foreach (var operation in Operations().Where(o => o is { BodyType: ApiOperation.Json, Example: JsonObject }))
        {
            var whole = await _requests.MakeAsync(operation);
            foreach (var (what, field, body) in new BadBodies(_contract).Of(operation, (await _requests.BodyOfAsync(operation))!.AsObject()))
            {
                var request = Requests.Like(whole);
                request.Content = Requests.ContentOf(operation, body);
                await HoldAsync(operation, what, request, status => status == 400, field);
            }
        }

        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_is_refused()
    {
        foreach (var operation in Operations().Where(o => o.BodyType == ApiOperation.Json))
        {
            var whole = await _requests.MakeAsync(operation);
            foreach (var text in new[] { "", "{", "[]", "5", "null" })
            {
                var request = Requests.Like(whole);
                request.Content = new StringContent(text, new System.Net.Http.Headers.MediaTypeHeaderValue(ApiOperation.Json));
                await HoldAsync(operation, $"the body '{text}'", request, status => status == 400);
            }

            var other = Requests.Like(whole);
            other.Content = new StringContent("<xml/>", new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-other"));
            await HoldAsync(operation, "a body of another type", other, status => status == 415);
        }

        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }

    [Fact]
    public async Task A_known_path_refuses_other_methods_and_says_which_it_knows()
    {
        foreach (var path in _contract.Operations.GroupBy(o => o.Path))
        {
            foreach (var method in new[] { "PUT", "POST", "DELETE", "PATCH" }.Except(path.Select(o => o.Method)))
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path.Key.Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal));
                using var answer = await running.Gateway.SendAsync(request);
                if (answer.StatusCode != HttpStatusCode.MethodNotAllowed || !path.Select(o => o.Method).All(answer.Content.Headers.Allow.Contains))
                    _complaints.Add($"{method} {path.Key} is answered by {(int)answer.StatusCode}, Allow: {string.Join(", ", answer.Content.Headers.Allow)}");
            }
        }

        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }

    [Fact]
    public void The_examples_of_the_document_fit_its_schemas()
    {
        foreach (var operation in _contract.Operations)
        {
            if (operation.Example is { } example)
                _complaints.AddRange(ErrorsOf(example, operation.BodySchema!).Select(e => $"{operation}, body: {e}"));
            foreach (var (status, response) in operation.Responses)
            {
                foreach (var (type, content) in _contract.Follow(response!)["content"]?.AsObject() ?? [])
                    _complaints.AddRange(content!["example"] is { } answer ? ErrorsOf(answer, content["schema"]!).Select(e => $"{operation}, {status} {type}: {e}") : []);
            }
        }

        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }

    private static bool IsGivenByAnswers(ApiOperation operation, string parameter) => GivenByAnswers.Contains(parameter) || GivenByAnswers.Contains($"{operation.Id}.{parameter}");

    // What stops everything comes last.
    private IEnumerable<ApiOperation> Operations() =>
        _contract.Operations.Where(o => !OnTheirOwn.ContainsKey(o.Id)).OrderBy(o => o.Path.EndsWith("/stop-all", StringComparison.Ordinal));

    private async Task<HttpRequestMessage> WithQueryAsync(ApiOperation operation, string name, string value)
    {
        var request = await _requests.MakeAsync(operation);
        var path = Regex.Replace(request.RequestUri!.ToString(), $@"(?<=[?&]){name}=[^&]*&?", "", RegexOptions.None, TimeSpan.FromSeconds(1)).TrimEnd('?', '&');
        request.RequestUri = new Uri($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{name}={Uri.EscapeDataString(value)}", UriKind.Relative);
        return request;
    }

    // Sends a request and notes what is not as the document says.
    private async Task HoldAsync(ApiOperation operation, string what, HttpRequestMessage request, Func<int, bool> isRight, string? field = null)
    {
        using (request)
        {
            using var answer = await running.Gateway.SendAsync(request);
            var (status, type, text) = ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync());
            if (!isRight(status))
                _complaints.Add($"{operation} answers {what} by {status}: {Short(text)}");
            else if (operation.AnswerFor(status, type) is not { } described)
                _complaints.Add($"{operation} answers {what} by {status} and {type}, which is not described");
            else
                _complaints.AddRange(ErrorsIn(described, type, text, field).Select(e => $"{operation} answers {what} by {status}, but {e}"));
        }
    }

    private IEnumerable<string> ErrorsIn(JsonNode described, string? type, string text, string? field)
    {
        if (type?.EndsWith("json", StringComparison.Ordinal) != true)
            return [];
        var json = JsonNode.Parse(text);
        var errors = ErrorsOf(json, described["schema"] ?? new JsonObject());
        var names = json?["errors"] is JsonObject named ? named.Select(e => e.Key).ToList() : [];
        return field is null || names.Any(n => n.StartsWith(field, StringComparison.Ordinal)) ? errors : [.. errors, $"names {string.Join(", ", names)} and not {field}"];
    }

    private IEnumerable<string> ErrorsOf(JsonNode? json, JsonNode schema) => _schema.ErrorsOf(json, schema).Select(e => $"{e.Path} {e.Message}");

    private static string Short(string text) => text.Length > 300 ? text[..300] : text;
}
