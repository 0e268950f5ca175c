using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Plans;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>
/// Makes requests out of the document's examples. Where an example names a thing by its id, a real one is put: made by the
/// example of the POST that makes its kind, or taken from a run. Names get an ending of their own, for they are unique.
/// </summary>
internal sealed class Requests(ApiContract contract, RunningPlatform running)
{
    private const string Api = "/api/load-testing";

    // Runs that are over serve all tests of this process, which are of one platform and go one after the other.
    private static readonly Dictionary<string, string> Over = [];

    private readonly List<Guid> _goingOn = [];
    private string? _measured;

    /// <summary>A request for an operation as its example has it; every required parameter is there, and the version is current.</summary>
    public async Task<HttpRequestMessage> MakeAsync(ApiOperation operation, string? id = null, JsonNode? body = null, string? version = null)
    {
        var path = operation.HasId ? operation.Path.Replace("{id}", id ??= await IdForAsync(operation), StringComparison.Ordinal) : operation.Path;
        var query = new List<string>();
        foreach (var parameter in operation.Parameters.Where(p => p["in"]!.ToString() == "query" && (p["required"]?.GetValue<bool>() == true || (operation.Id == "uploadFile" && p["name"]!.ToString() == "name"))))
            query.Add($"{parameter["name"]}={Uri.EscapeDataString(await ValueOfAsync(parameter))}");
        var request = new HttpRequestMessage(new HttpMethod(operation.Method), query.Count == 0 ? path : $"{path}?{string.Join('&', query)}");
        if ((body ?? await BodyOfAsync(operation)) is { } content)
            request.Content = ContentOf(operation, content);
        if (operation.NeedsVersion && (version ?? await VersionOfAsync(operation.Path, path)) is { Length: > 0 } current)
            request.Headers.TryAddWithoutValidation("If-Match", current);
        if (operation.Takes("header", "Idempotency-Key"))
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        return request;
    }

    /// <summary>The same request once more, but for its body. What is refused changes nothing, so one thing made for it will do for many.</summary>
    public static HttpRequestMessage Like(HttpRequestMessage other)
    {
        var request = new HttpRequestMessage(other.Method, other.RequestUri);
        foreach (var (name, values) in other.Headers)
            request.Headers.TryAddWithoutValidation(name, values);
        return request;
    }

    /// <summary>The example of an operation's body, ready to be sent.</summary>
    public async Task<JsonNode?> BodyOfAsync(ApiOperation operation)
    {
        if (operation.Example?.DeepClone() is not { } body)
            return null;
        if (body is JsonObject json)
        {
            foreach (var name in json.Select(m => m.Key).Where(n => n == "name" || (n.EndsWith("_name", StringComparison.Ordinal) && n != "metric_name")).ToList())
                json[name] = $"{json[name]}-{Guid.NewGuid().ToString("N")[..8]}";
            await PutRealIdsAsync(json);
            if (operation.Id == "recordMetrics")
                json["executionId"] = _measured ??= await GoingOnAsync(paused: false);
        }

        return body;
    }

    /// <summary>A value for a parameter that the platform has an answer to.</summary>
    public async Task<string> ValueOfAsync(JsonObject parameter)
    {
        var (name, schema) = (parameter["name"]!.ToString(), contract.Follow(parameter["schema"]!));
        if (await RealIdAsync(name) is { } id)
            return name.EndsWith("Ids", StringComparison.Ordinal) ? $"{id},{await RunAsync("another run")}" : id;
        return (parameter["example"] ?? schema["enum"]?[0] ?? schema["default"] ?? parameter["examples"]?.AsObject().First().Value!["value"])?.ToString()
            ?? (schema["format"]?.ToString(), schema["type"]?.ToString()) switch
            {
                ("uuid", _) => Guid.NewGuid().ToString(),
                ("date-time", _) => DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture),
                (_, "integer" or "number") => "1",
                (_, "boolean") => "true",
                _ => "x",
            };
    }

    /// <summary>Ends the runs that were begun here.</summary>
    public async Task EndAsync()
    {
        foreach (var id in _goingOn)
            (await running.Gateway.PostAsync($"{Api}/executions/{id}/stop", null)).Dispose();
        foreach (var id in _goingOn)
            await running.EndOfAsync(id);
    }

    // What an operation is about, in a state that allows it, and made for it alone.
    private async Task<string> IdForAsync(ApiOperation operation)
    {
        var parent = operation.Path[..operation.Path.IndexOf("/{id}", StringComparison.Ordinal)];
        return parent switch
        {
            $"{Api}/executions" when operation.Method == "GET" || operation.Id is "rerunExecution" or "rejudgeExecution" => await RunAsync(),
            $"{Api}/executions" => await GoingOnAsync(paused: operation.Id == "resumeExecution"),
            $"{Api}/reports" => (await GetAsync($"{Api}/executions/{await RunAsync()}/reports"))["reports"]![0]!["id"]!.ToString(),
            $"{Api}/alerts" => await AlertAsync(),
            $"{Api}/errors" => await ErrorAsync(),
            "/api/performance/tests" => await MadeByAsync("/api/performance/tests/execute"),
            _ => await MadeByAsync(parent),
        };
    }

    private async Task<string> MadeByAsync(string path)
    {
        var create = contract.Find("POST", path) ?? throw new InvalidOperationException($"The tests do not know how to make what is below {path}.");
        using var request = await MakeAsync(create);
        using var answer = await running.Gateway.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{create} answered its example by {(int)answer.StatusCode}: {text}");
        var json = JsonNode.Parse(text)!.AsObject();
        return (json["testId"] ?? json["id"] ?? json.Select(m => m.Value).OfType<JsonObject>().First()["id"])!.ToString();
    }

    // A run that is over, with a report, and of worth: a machine that is busy with other things can spoil one.
    private async Task<string> RunAsync(string which = "run")
    {
        for (var attempt = 0; attempt < 12 && !Over.ContainsKey(which); attempt++)
        {
            if (await running.RunAsync(RunningPlatform.Plan()) is { Verdict: VerdictOutcome.Passed or VerdictOutcome.Failed } run)
                Over[which] = run.Id.ToString();
        }

        return Over[which];
    }

    private async Task<string> GoingOnAsync(bool paused)
    {
        var id = (await running.ExecuteAsync(RunningPlatform.Plan(""" "duration": "10m" """))).Id;
        _goingOn.Add(id);
        await running.UntilAsync(id, status => status.Execution is { Status: "running", StartedAt: not null });
        if (paused)
            await running.Api.PauseAsync(id, CancellationToken.None);
        return id.ToString();
    }

    // One that stays active: what it complains of goes on.
    private async Task<string> AlertAsync()
    {
        var id = (await running.ExecuteAsync(RunningPlatform.Plan(""" "duration": "10m", "success_criteria": { "max_p95_response_time": 0 } """))).Id;
        _goingOn.Add(id);
        await running.UntilAsync(id, status => status.Execution.Status == "running");
        using var patience = new CancellationTokenSource(RunningPlatform.Longest);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            if ((await GetAsync($"{Api}/alerts?executionId={id}&status=active"))["alerts"] is JsonArray { Count: > 0 } alerts)
                return alerts[0]!["id"]!.ToString();
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    private async Task<string> ErrorAsync()
    {
        var id = Guid.NewGuid().ToString();
        await Poison.PublishAsync(running, "ingestion", id);
        JsonNode? error = null;
        await RunningPlatform.UntilAsync(async () => (error = (await GetAsync($"{Api}/errors"))["errors"]!.AsArray().FirstOrDefault(e => e!["message_id"]?.ToString() == id)) is not null);
        return error!["id"]!.ToString();
    }

    private async Task PutRealIdsAsync(JsonObject json)
    {
        foreach (var (name, value) in json.ToList())
        {
            if (value is JsonValue single && Guid.TryParse(single.ToString(), out _) && await RealIdAsync(name) is { } id)
                json[name] = id;
            else if (value is JsonArray list && list.All(e => Guid.TryParse(e?.ToString(), out _)) && await RealIdAsync(name) is { } one)
                json[name] = new JsonArray(one);
            else if (value is JsonObject inner)
                await PutRealIdsAsync(inner);
        }
    }

    // configurationId, configuration_id and configurationIds all mean what is made at /configurations.
    private async Task<string?> RealIdAsync(string name)
    {
        var kind = name.TrimEnd('s') is var one && one.EndsWith("Id", StringComparison.Ordinal) ? one[..^2] : one.EndsWith("_id", StringComparison.Ordinal) ? one[..^3] : null;
        if (kind is null)
            return null;
        if (kind == "execution")
            return await RunAsync();
        return contract.Find("POST", $"{Api}/{kind}s") is { } ? await MadeByAsync($"{Api}/{kind}s") : null;
    }

    private async Task<string> VersionOfAsync(string template, string path)
    {
        if (contract.Find("GET", template) is null)
            return "*";
        using var answer = await running.Gateway.GetAsync(path);
        return answer.Headers.ETag?.Tag ?? "*";
    }

    private async Task<JsonObject> GetAsync(string path) => JsonNode.Parse(await running.Gateway.GetStringAsync(path))!.AsObject();

    public static HttpContent ContentOf(ApiOperation operation, JsonNode body)
    {
        if (operation.BodyType != "multipart/form-data")
        {
            var text = operation.BodyType == ApiOperation.Json || body.GetValueKind() != JsonValueKind.String ? body.ToJsonString() : body.ToString();
            return new StringContent(text, Encoding.UTF8, new MediaTypeHeaderValue(operation.BodyType!));
        }

        var parts = new MultipartFormDataContent();
        foreach (var (name, value) in body.AsObject())
            parts.Add(new StringContent(value!.ToString()), name, name);
        return parts;
    }
}
