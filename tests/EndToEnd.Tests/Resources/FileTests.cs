using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Resources;

/// <summary>Files that are uploaded, kept once, and used by runs, which pin what was in them.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class FileTests(RunningPlatform running)
{
    private const string Api = "/api/load-testing/files";

    [Fact]
    public async Task The_same_content_is_one_file_however_it_comes_and_its_content_comes_back_as_it_was()
    {
        var (name, content) = (NewName(), $"email\n{Guid.NewGuid()}@example.com\n");

        var uploads = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => UploadAsync(name, content)));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Created], uploads.Select(u => u.Status).Order());
        using var form = new MultipartFormDataContent { { new StringContent(content), "file", "other-" + name } };
        using var answer = await running.Gateway.PostAsync(Api, form);
        var file = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["file"]!;

        Assert.Equal((HttpStatusCode.OK, IdOf(uploads[0].File)), (answer.StatusCode, IdOf(file)));
        Assert.Equal(("other-" + name, "feeder", 1), (file["name"]!.ToString(), file["kind"]!.ToString(), file["rows"]!.GetValue<int>()));
        Assert.Equal(content, await running.Gateway.GetStringAsync($"{Api}/{IdOf(file)}/content"));
        Assert.Equal(IdOf(file), IdOf(Assert.Single((await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}?name={name}&kind=feeder"))!["files"]!.AsArray())!));
    }

    [Fact]
    public async Task The_typed_client_uploads_reads_and_takes_out_of_use()
    {
        var (name, content) = (NewName(), $"a\n{Guid.NewGuid()}\n");
        using var body = new StringContent(content, Encoding.UTF8, "text/csv");
        var id = (await running.Api.UploadFileAsync(body, name, CancellationToken.None)).File["id"]!.GetValue<Guid>();

        using var back = new StreamReader(await running.Api.FileContentAsync(id, CancellationToken.None));
        Assert.Equal(content, await back.ReadToEndAsync());
        Assert.Single((await running.Api.FilesAsync(name, null, null, null, null, CancellationToken.None)).Files);
        Assert.False((await running.Api.DeleteFileAsync(id, CancellationToken.None)).File["is_active"]!.GetValue<bool>());
        Assert.Equal(name, (await running.Api.FileAsync(id, CancellationToken.None)).File["name"]!.ToString());
    }

    [Fact]
    public async Task A_run_takes_the_rows_of_the_file_its_plan_names_and_its_manifest_has_the_hash()
    {
        var name = NewName();
        var first = (await UploadAsync(name, $"word,mark\nSKU-1001,{name}\n")).File;
        var id = await ConfigureAsync(name);
        await UploadAsync(name, $"word,mark\nno-such-thing,{name}\n");

        var byName = await EndOfAsync(id);
        var second = byName["manifest"]!["files"]!.AsArray().Single()!;
        Assert.Equal(("words", name, 1), (second["feeder"]!.ToString(), second["name"]!.ToString(), second["rows"]!.GetValue<int>()));
        Assert.NotEqual(first["hash"]!.ToString(), second["hash"]!.ToString());
        Assert.Equal(["404"], await StatusesAsync(byName));

        var byHash = await EndOfAsync(await ConfigureAsync(first["hash"]!.ToString()));
        Assert.Equal(first["hash"]!.ToString(), byHash["manifest"]!["files"]![0]!["hash"]!.ToString());
        Assert.Equal(["200"], await StatusesAsync(byHash));
    }

    [Fact]
    public async Task A_file_out_of_use_can_be_run_by_nobody_until_it_is_uploaded_again()
    {
        var (name, content) = (NewName(), $"word\n{Guid.NewGuid()}\n");
        var file = (await UploadAsync(name, content)).File;
        var id = await ConfigureAsync(name);

        foreach (var _ in new[] { 1, 2 })
            Assert.False((await running.Gateway.CallAsync(HttpMethod.Delete, $"{Api}/{IdOf(file)}")).Body["file"]!["is_active"]!.GetValue<bool>());
        var (status, refused) = await running.Gateway.CallAsync(HttpMethod.Post, "/api/load-testing/execute", new JsonObject { ["configurationId"] = id });
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("names no uploaded file", refused["errors"]!["scenario_config.data_generation.words.file"]!.ToJsonString());
        Assert.Equal(content, await running.Gateway.GetStringAsync($"{Api}/{IdOf(file)}/content"));

        var again = await UploadAsync(name, content);
        Assert.Equal((HttpStatusCode.OK, IdOf(file), true), (again.Status, IdOf(again.File), again.File["is_active"]!.GetValue<bool>()));
        Assert.Equal("completed", (await EndOfAsync(id))["status"]!.ToString());
    }

    [Fact]
    public async Task A_plan_that_names_no_file_of_ours_is_refused_by_its_path()
    {
        var (status, refused) = await running.Gateway.CallAsync(HttpMethod.Post, "/api/load-testing/configurations", Plan("nowhere.csv"));

        Assert.Equal((HttpStatusCode.BadRequest, "scenario_config.data_generation.words.file"), (status, refused["errors"]!.AsObject().Single().Key));
    }

    [Theory]
    [InlineData(19, false, HttpStatusCode.Created)]
    [InlineData(19, true, HttpStatusCode.Created)]
    [InlineData(21, false, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(21, true, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Up_to_20_MB_are_taken_and_more_is_refused_with_the_limit(int megabytes, bool inChunks, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Api}?name=big.js")
        {
            Content = new StringContent($"export const id = '{Guid.NewGuid()}';\n//{new string('x', megabytes * 1024 * 1024)}"),
        };
        request.Headers.TransferEncodingChunked = inChunks;
        using var answer = await running.Gateway.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.RequestEntityTooLarge)
            Assert.Equal("The body is too large: at most 20 MB.", (await answer.Content.ReadFromJsonAsync<JsonNode>())!["error"]!.ToString());
    }

    [Fact]
    public async Task A_form_that_is_broken_or_has_no_file_is_the_senders_fault_and_viewers_only_read()
    {
        using var none = new MultipartFormDataContent { { new StringContent("x"), "file" } };
        Assert.Equal(HttpStatusCode.BadRequest, (await running.Gateway.PostAsync(Api, none)).StatusCode);
        using var broken = new StringContent("no part at all");
        broken.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        Assert.Equal(HttpStatusCode.BadRequest, (await running.Gateway.PostAsync(Api, broken)).StatusCode);

        using var viewer = running.Caller((await running.NewKeyAsync("viewer")).Secret);
        using var content = new StringContent("a\n1\n");
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync($"{Api}?name=a.csv", content)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync(Api)).StatusCode);
    }

    private static string NewName() => $"f{Guid.NewGuid():N}.csv";

    private static string IdOf(JsonNode file) => file["id"]!.ToString();

    private async Task<(HttpStatusCode Status, JsonNode File)> UploadAsync(string name, string text)
    {
        using var content = new StringContent(text, Encoding.UTF8, "text/csv");
        using var answer = await running.Gateway.PostAsync($"{Api}?name={name}", content);
        var body = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.True(answer.IsSuccessStatusCode, body.ToJsonString());
        return (answer.StatusCode, body["file"]!);
    }

    private static JsonObject Plan(string file)
    {
        var plan = RunningPlatform.Plan(""" "duration": "1s" """, """{ "action": "http", "name": "word", "path": "/api/products/{{words.word}}", "checks": [ { "status": [ 200, 404 ] } ] }""");
        plan["scenario_config"]!["data_generation"] = new JsonObject { ["words"] = new JsonObject { ["file"] = file } };
        return plan;
    }

    private async Task<string> ConfigureAsync(string file)
    {
        var (status, answer) = await running.Gateway.CallAsync(HttpMethod.Post, "/api/load-testing/configurations", Plan(file));
        Assert.True(status == HttpStatusCode.Created, answer.ToJsonString());
        return answer["configuration"]!["id"]!.ToString();
    }

    private async Task<JsonNode> EndOfAsync(string configuration)
    {
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var (_, asked) = await running.Gateway.CallAsync(HttpMethod.Post, "/api/load-testing/execute", new JsonObject { ["configurationId"] = configuration });
        var id = asked["execution"]!["id"]!.GetValue<Guid>();
        await running.EndOfAsync(id);
        return (await running.Gateway.GetFromJsonAsync<JsonNode>($"/api/load-testing/executions/{id}/status"))!["execution"]!;
    }

    private async Task<IEnumerable<string>> StatusesAsync(JsonNode execution) =>
        (await running.Gateway.GetFromJsonAsync<JsonNode>($"/api/load-testing/executions/{IdOf(execution)}/endpoints"))!["endpoints"]![0]!["status_code_distribution"]!.AsObject().Select(s => s.Key);
}
