using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Loadstone.Plans.K6;

namespace Loadstone.Plans.Tests;

/// <summary>
/// Scripts for k6 are held against what JavaScript makes of them: node reads each, and runs them with stand-ins for k6's modules that
/// note what would have been sent. Where there is no node, what can be seen without it is tested all the same.
/// </summary>
public sealed partial class K6ScriptTests : IDisposable
{
    private const string Evil = "'\"`${globalThis.broken=1}*/\n\r\u2028\u2029</script><!--\\'; globalThis.broken = 1; //";

    private static readonly K6Target Target = new("http://shop.test:8080", new Dictionary<string, string> { ["skus"] = "A, B", [Evil] = Evil }, ["token"]);

    private static readonly bool HasNode = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "node")));

    private readonly string _folder = Directory.CreateTempSubdirectory("loadstone-k6-").FullName;

    public static TheoryData<string> Everything => [.. SchemaTests.FileNames.Concat(ScenarioLibrary.All.Select(s => s.Name))];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Everything))]
    public void Every_example_and_everything_shipped_becomes_a_script_that_runs(string what)
    {
        var plan = what.EndsWith(".yaml", StringComparison.Ordinal) ? Filled(FeederFile.LoadPlan(Path.Combine(SchemaTests.Clone, what)))
            : new TestPlan { Name = what, ScenarioConfig = new ScenarioConfig { Scenarios = [ScenarioLibrary.Find(what)!] } };
        var script = K6Script.Of(plan, Target);

        Assert.StartsWith("import http from 'k6/http'", script);
        Assert.Contains("export const options = {", script);
        if (Run(script, iterations: plan.ScenarioConfig.Scenarios.Sum(plan.ScenarioConfig.ShareOf)) is not { } seen)
            return;
        Assert.Empty(seen.Problems);
        Assert.NotEmpty(seen.Names);
        Assert.Superset(plan.ScenarioConfig.Scenarios.SelectMany(s => Names(s.Journey)).ToHashSet(), seen.Names.ToHashSet());
    }

    [Fact]
    public void No_text_of_a_plan_is_anything_but_a_text()
    {
        var step = new HttpStep
        {
            Name = Evil,
            Method = "POST",
            Path = "/a" + "'\"`${globalThis.broken=1}</script>",
            Query = new Dictionary<string, string> { [Evil] = Evil },
            Headers = new Dictionary<string, string> { ["X"] = Evil, ["__proto__"] = Evil },
            Json = new JsonObject { [Evil] = Evil, ["__proto__"] = new JsonObject { ["a"] = Evil } },
            Checks = [new Check { Text = Evil }, new Check { Json = "$['" + "'\"`${globalThis.broken=1}" + "']", EqualTo = Evil }],
            Extract = new Dictionary<string, Extraction> { ["a"] = new() { Header = Evil } },
        };
        var scenario = new Scenario { Name = Evil, Journey = [step, new GroupStep { Name = Evil + "g", Steps = [step] }], DataTemplates = new Dictionary<string, string> { [Evil] = Evil } };
        var feeder = new Feeder { Rows = [new Dictionary<string, string> { [Evil] = Evil }] };
        var plan = new TestPlan
        {
            Name = Evil,
            ScenarioConfig = new ScenarioConfig { Scenarios = [scenario], DataGeneration = new Dictionary<string, Feeder> { [Evil] = feeder } },
            SuccessCriteria = new SuccessCriteria { Operations = new Dictionary<string, SuccessCriteria> { [Evil] = new() { MaxP95ResponseTime = 5 }, [Evil + "?"] = new() { MaxErrorRate = 1 } } },
        };

        var script = K6Script.Of(plan, Target with { BaseUrl = "http://x/" + Evil, Secrets = [Evil] });

        Assert.All(script, c => Assert.True(c is '\n' or >= ' ' and < (char)0x7f, $"U+{(int)c:X4} stands in the script as it is"));
        Assert.DoesNotContain("</script", script);
        if (Run(script, iterations: 1) is not { } seen)
            return;
        Assert.Empty(seen.Problems);
        Assert.Contains(Evil, seen.Names);
        Assert.Contains(seen.Bodies, body => JsonNode.Parse(body)![Evil]!.ToString() == Evil && JsonNode.Parse(body)!["__proto__"]!["a"]!.ToString() == Evil);
    }

    [Fact]
    public void Requests_are_those_of_the_journey()
    {
        var plan = Reading.Valid("""
            { "name": "x", "max_virtual_users": 1, "load_pattern": { "type": "per_user_iterations", "iterations": 1 },
              "scenario_config": { "think_time": "250ms", "data_generation": { "users": { "rows": [ { "email": "a b@x.test" } ] } },
                "scenarios": [ { "name": "s", "data_templates": { "kind": "k&{{user.index}}" }, "user_journey": [
                  { "method": "POST", "path": "/login", "json": { "email": "{{users.email}}", "n": "{{user.iteration}}", "t": "{{user.index}}!" }, "extract": { "token": { "json": "$.token" } } },
                  { "path": "/list/{{kind}}?a=1", "query": { "q": "{{users.email}}" }, "headers": { "Authorization": "Bearer {{token}}" }, "checks": [ { "json": "$.items[0].id", "equals": 7 } ] },
                  { "method": "POST", "path": "/form", "form": { "a b": "{{kind}}" } },
                  { "action": "repeat", "times": 2, "steps": [ { "path": "/again" } ] },
                  { "action": "conditional", "when": { "variable": "token", "equals": "T 1" }, "then": [ { "path": "/yes" } ], "else": [ { "path": "/no" } ] },
                  { "action": "parallel", "steps": [ { "path": "/p1" }, { "path": "/p2" } ] },
                  { "path": "/fails", "critical": true },
                  { "path": "/never" } ] } ] } }
            """);

        if (Run(K6Script.Of(plan, Target), iterations: 1) is not { } seen)
            return;

        Assert.Empty(seen.Problems);
        Assert.Equal(
            [
                "POST http://shop.test:8080/login", "GET http://shop.test:8080/list/k%261?a=1&q=a%20b%40x.test", "POST http://shop.test:8080/form", "GET http://shop.test:8080/again",
                "GET http://shop.test:8080/again", "GET http://shop.test:8080/yes", "GET http://shop.test:8080/p1", "GET http://shop.test:8080/p2", "GET http://shop.test:8080/fails",
            ],
            seen.Requests);
        Assert.Equal("""{"email":"a b@x.test","n":1,"t":"1!"}""", seen.Bodies[0]);
        Assert.Equal("a%20b=k%261", seen.Bodies[1]);
        Assert.Equal("Bearer T 1", seen.Headers[1]!["Authorization"]!.ToString());
        Assert.Contains("$.items[0].id = 7 true", seen.Checks);
        // After each request that is done whole, and after no other: the critical one ended the iteration.
        Assert.Equal(6, seen.Sleeps.Count(s => s.Equals(0.25)));
    }

    [Fact]
    public void A_connection_sends_its_messages_and_waits_for_the_answers()
    {
        var plan = Reading.Valid(Reading.PlanOf("""
            { "action": "websocket", "name": "room", "path": "/ws", "join": { "message": { "type": "join", "id": "{{message.id}}" }, "reply": { "id": "$.id" } },
              "messages": { "count": 3, "interval": "1s", "size": { "min": 5, "max": 5 }, "message": { "id": "{{message.id}}", "text": "{{message.text}}" }, "reply": { "id": "$.id" } },
              "reactions": { "probability": 1, "delay": "1s", "message": "nice" }, "expect": { "min_messages_per_minute": 1 } }
            """));

        if (Run(K6Script.Of(plan, Target), iterations: 1) is not { } seen)
            return;

        Assert.Empty(seen.Problems);
        Assert.Equal("ws://shop.test:8080/ws", Assert.Single(seen.Requests));
        Assert.Equal(4, seen.Bodies.Count(b => b.StartsWith('{')));
        Assert.Equal("join", JsonNode.Parse(seen.Bodies[0])!["type"]!.ToString());
        Assert.All(seen.Bodies.Skip(1).Where(b => b.StartsWith('{')), b => Assert.Matches("^[a-z]{5}$", JsonNode.Parse(b)!["text"]!.ToString()));
        Assert.Equal(4, seen.Added.Count(a => a == "ws_reply_failed false"));
        Assert.Contains("enough messages came in true", seen.Checks);
    }

    [Theory]
    [InlineData("""{ "type": "constant" }""", "constant-vus", "vus", "10")]
    [InlineData("""{ "type": "linear", "ramp_up": "10s", "ramp_down": "10s" }""", "ramping-vus", "stages", """[{"duration":"10000ms","target":10},{"duration":"40000ms","target":10},{"duration":"10000ms","target":0}]""")]
    [InlineData("""{ "type": "constant_arrival_rate", "rate": 50 }""", "constant-arrival-rate", "rate", "50")]
    [InlineData("""{ "type": "constant_arrival_rate", "rate": 0.5 }""", "constant-arrival-rate", "timeUnit", "\"1000s\"")]
    [InlineData("""{ "type": "ramping_arrival_rate", "start_rate": 1, "stages": [ { "duration": "1m", "target": 20 } ] }""", "ramping-arrival-rate", "stages", """[{"duration":"60000ms","target":20}]""")]
    [InlineData("""{ "type": "shared_iterations", "iterations": 7 }""", "shared-iterations", "iterations", "7")]
    [InlineData("""{ "type": "per_user_iterations", "iterations": 7 }""", "per-vu-iterations", "iterations", "7")]
    public void A_pattern_becomes_an_executor(string pattern, string executor, string member, string value)
    {
        var load = OptionsOf(Reading.WithLoad($""" "duration": "1m", "max_virtual_users": 10, "load_pattern": {pattern} """))["scenarios"]!["load"]!;

        Assert.Equal(executor, load["executor"]!.ToString());
        Assert.Equal(value, load[member]!.ToJsonString());
    }

    [Fact]
    public void Criteria_become_thresholds()
    {
        var plan = Reading.Valid("""
            { "name": "x", "scenario_config": { "scenarios": [ { "name": "s", "user_journey": [ { "name": "list", "path": "/" } ] } ] },
              "success_criteria": { "max_p95_response_time": 300, "max_error_rate": 1, "max_check_failure_rate": 10, "min_throughput": 5, "operations": { "list": { "max_p99_response_time": 900 } },
                "expressions": [ "checks: rate > 0.95", "errors: count < 5" ] },
              "stop_conditions": { "max_error_rate": 50, "for": "7s" } }
            """);

        var script = K6Script.Of(plan, Target);

        Assert.Equal("""
            {"http_req_duration":["avg \u003C= 1000","p(95) \u003C= 300"],"http_req_failed":["rate \u003C= 0.01",{"threshold":"rate \u003C= 0.5","abortOnFail":true,"delayAbortEval":"7s"}],"checks":["rate \u003E= 0.9","rate \u003E 0.95"],"http_reqs":["rate \u003E= 5"],"http_req_duration{op:op1}":["p(99) \u003C= 900"]}
            """.Trim(), OptionsOf(plan)["thresholds"]!.ToJsonString());
        Assert.Contains("// - k6 has no threshold for errors: count \\u003C 5", script);
        Assert.Contains("//   op1 \"list\"", script);
    }

    private static TestPlan Filled(TestPlan plan)
    {
        var errors = new DocumentErrors();
        var whole = plan.WithScenarios(_ => null, errors);
        Assert.Empty(errors.All);
        return whole;
    }

    private static JsonObject OptionsOf(TestPlan plan)
    {
        var script = K6Script.Of(Filled(plan), Target);
        return JsonNode.Parse(Options().Match(script).Groups["json"].Value)!.AsObject();
    }

    // What is sure to be done in a few iterations.
    private static IEnumerable<string> Names(IEnumerable<Step> steps) => steps.SelectMany(step => step switch
    {
        HttpStep or WebSocketStep => [step.Name],
        GroupStep group => Names(group.Steps),
        ParallelStep parallel => Names(parallel.Steps),
        _ => Enumerable.Empty<string>(),
    });

    // Null where there is no node.
    private Seen? Run(string script, int iterations)
    {
        if (!HasNode)
            return null;
        File.WriteAllText(Path.Combine(_folder, "script.mjs"), script);
        foreach (var (name, text) in K6StandIns.Modules)
        {
            var file = Path.Combine(_folder, "node_modules", "k6", name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }

        File.WriteAllText(Path.Combine(_folder, "run.mjs"), K6StandIns.Runner);
        Assert.Equal("", Node("--check", "script.mjs"));
        return JsonSerializer.Deserialize<Seen>(Node("run.mjs", iterations.ToString(System.Globalization.CultureInfo.InvariantCulture)), JsonSerializerOptions.Web)!;
    }

    private string Node(params string[] arguments)
    {
        var start = new ProcessStartInfo("node", arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var node = Process.Start(start)!;
        var complaints = node.StandardError.ReadToEndAsync();
        var said = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        Assert.True(node.ExitCode == 0, complaints.Result);
        return said;
    }

    private sealed record Seen(List<string> Requests, List<string> Names, List<string> Bodies, List<JsonObject?> Headers, List<string> Checks, List<string> Added, List<double> Sleeps, List<string> Problems);

    [GeneratedRegex(@"export const options = (?<json>\{.*?\n\});", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Options();
}
