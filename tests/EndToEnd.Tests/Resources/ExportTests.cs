using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Plans;

namespace Loadstone.EndToEnd.Tests.Resources;

/// <summary>A configuration leaves the platform as a file, and comes back as the same configuration.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class ExportTests(RunningPlatform running)
{
    private static readonly string[] SetByPlatform = ["id", "is_active", "created_by", "created_at", "updated_at", "version"];

    [Theory]
    [InlineData("yaml")]
    [InlineData("json")]
    public async Task What_is_exported_can_be_stored_again_as_it_is(string format)
    {
        foreach (var plan in Plans())
        {
            var name = plan["name"] = $"{plan["name"]} {Guid.NewGuid()}";
            plan["environment"] = "sample";
            var first = (await running.Api.CreateConfigurationAsync(plan, CancellationToken.None)).Configuration;
            var file = await running.Api.ExportConfigurationAsync(first["id"]!.GetValue<Guid>(), format, CancellationToken.None);
            (await DeleteAsync(first)).EnsureSuccessStatusCode();
            var again = (await running.Api.CreateConfigurationAsync(PlanFile.Parse(file).ToJson(), CancellationToken.None)).Configuration;

            Assert.Equal(WithoutSet(first), WithoutSet(again));
            Assert.Equal(name.ToString(), again["name"]!.ToString());
        }
    }

    [Fact]
    public async Task A_script_for_k6_goes_where_the_configuration_goes_and_has_stored_scenarios_in_it()
    {
        var scenario = $"stored {Guid.NewGuid()}";
        using var stored = await running.Gateway.PostAsync("/api/load-testing/scenarios", Json($$"""{ "name": "{{scenario}}", "user_journey": [ { "path": "/fixed?of=stored" } ] }"""));
        stored.EnsureSuccessStatusCode();
        var plan = RunningPlatform.Plan();
        plan["scenario_config"]!["scenarios"]!.AsArray().Add(scenario);
        var id = (await running.Api.CreateConfigurationAsync(plan, CancellationToken.None)).Configuration["id"]!.GetValue<Guid>();

        using var answer = await running.Gateway.GetAsync($"/api/load-testing/configurations/{id}/export?format=k6");
        var script = await answer.Content.ReadAsStringAsync();

        Assert.Equal(("text/javascript", "attachment"), (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.DispositionType));
        Assert.StartsWith("import http from 'k6/http'", script);
        Assert.Contains($"\"{running.Platform.Target.GetLeftPart(UriPartial.Authority)}", script);
        Assert.Contains("/fixed?of=stored", script);
    }

    [Fact]
    public async Task A_script_has_the_rows_of_uploaded_files_in_it()
    {
        var file = $"words-{Guid.NewGuid():N}.csv";
        await running.Api.UploadFileAsync(new StringContent("word\nlantern-of-a-file\n"), file, CancellationToken.None);
        var plan = RunningPlatform.Plan(step: """{ "path": "/fixed?q={{words.word}}" }""");
        plan["scenario_config"]!["data_generation"] = JsonNode.Parse($$"""{ "words": { "file": "{{file}}" } }""");
        var id = (await running.Api.CreateConfigurationAsync(plan, CancellationToken.None)).Configuration["id"]!.GetValue<Guid>();

        Assert.Contains("lantern-of-a-file", await running.Api.ExportConfigurationAsync(id, "k6", CancellationToken.None));
        Assert.Contains(file, await running.Api.ExportConfigurationAsync(id, "yaml", CancellationToken.None));
    }

    [Fact]
    public async Task An_unknown_format_is_refused_by_its_name()
    {
        var id = (await running.Api.CreateConfigurationAsync(RunningPlatform.Plan(), CancellationToken.None)).Configuration["id"];

        var refusal = await Assert.ThrowsAsync<LoadstoneException>(() => running.Api.ExportConfigurationAsync(id!.GetValue<Guid>(), "xml", CancellationToken.None));

        Assert.Equal((400, "format"), (refusal.Status, Assert.Single(refusal.Errors).Key));
    }

    private static IEnumerable<JsonObject> Plans() => Directory.GetFiles(Path.Combine(Loadstone.Local.StateFolder.FindClone(), "examples"), "*.yaml")
        .Select(FeederFile.LoadPlan).Concat(PlanLibrary.All).Select(p => p.ToJson());

    private Task<HttpResponseMessage> DeleteAsync(JsonObject configuration)
    {
        var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/load-testing/configurations/{configuration["id"]}");
        request.Headers.TryAddWithoutValidation("If-Match", $"\"{configuration["version"]}\"");
        return running.Gateway.SendAsync(request);
    }

    private static string WithoutSet(JsonObject configuration) =>
        new JsonObject(configuration.Where(m => !SetByPlatform.Contains(m.Key)).Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone()))).ToJsonString();

    private static StringContent Json(string text) => new(text, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
}
