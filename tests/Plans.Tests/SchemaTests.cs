using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Loadstone.Plans.Tests;

/// <summary>The schema that editors have and the readers that decide say the same.</summary>
public sealed partial class SchemaTests
{
    public static readonly string Clone = FindClone(AppContext.BaseDirectory);
    private static readonly JsonSchemaCheck Schema = new(PlanSchema.Plan);

    public static IEnumerable<string> FileNames => Directory.GetFiles(Path.Combine(Clone, "examples"), "*.yaml").Concat(
        Directory.GetFiles(Path.Combine(Clone, "shared", "Plans", "Library", "Plans"))).Select(f => Path.GetRelativePath(Clone, f)).Order();

    public static TheoryData<string> Files => [.. FileNames];

    public static TheoryData<string> Journeys => [.. ScenarioLibrary.All.Select(s => s.Name)];

    // One of everything: all members of every kind of step, and every pattern of load.
    private static IEnumerable<JsonObject> Everything => LoadPatterns.Select(p => Parse($"{{ name: x, {p} }}"))
        .Concat(Steps.Select(step => Parse($"{{ name: x, scenario_config: {{ scenarios: [ {{ name: s, data_templates: {{ token: t }}, user_journey: [ {step} ] }} ] }} }}"))).Append(Parse(Rest));

    private static IEnumerable<string> LoadPatterns =>
    [
        "load_pattern: { type: constant, ramp_up: 1s, ramp_down: 1s }, duration_minutes: 1, stop_conditions: { max_error_rate: 5, max_p99_response_time: 900, max_errors: 5, max_duration: 30s, for: 5s }, alert_thresholds: [ { expression: p(95) < 500, for: 5s, severity: high } ]",
        "load_pattern: { ramp_up: 10s, ramp_down: 10s, peak_duration_minutes: 40s }, duration: 1m, seed: 7, worker_count: 2, confirm: true",
        "load_pattern: { type: spike, ramp_up: 1s, ramp_down: 1s, base_load_percentage: 10, peak_duration_minutes: 0.1 }, duration: 1m, lost_worker_policy: continue, metrics_interval_seconds: 1",
        "load_pattern: { type: step, steps: 3 }, description: d, test_type: stress, engine: native, environment: e, target_endpoints: [ /a, POST /b ]",
        "load_pattern: { type: stages, stages: [ { duration: 10s, target: 5 }, { duration: 0.5, target: 0 } ] }",
        "load_pattern: { type: stages, preset: spike, peak: 10 }, max_virtual_users: 10",
        "load_pattern: { type: phases }, phases: [ { name: a, target_users: 3, ramp_up: 1s, duration: 5s, scenarios: [ { type: search, users: 3 } ] } ]",
        "load_pattern: { type: constant_arrival_rate, rate: 5, poisson: true, max_start_delay: 1s }",
        "load_pattern: { type: ramping_arrival_rate, start_rate: 1, stages: [ { duration: 10s, target: 5 } ], poisson: true }, max_start_delay: 2s",
        "load_pattern: { type: shared_iterations, iterations: 10 }",
        "load_pattern: { type: per_user_iterations, iterations: 10 }",
    ];

    private const string Rest = """
        name: everything
        max_virtual_users: 3
        success_criteria: { max_avg_response_time: 1, max_p95_response_time: 1, max_p99_response_time: 1, max_error_rate: 1, max_check_failure_rate: 1, min_throughput: { a: 5 }, operations: { a: { max_p95_response_time: 1, min_throughput: 3 } }, expressions: [ "p(95) < 5" ] }
        scenario_config:
          think_time: { type: normal, mean: 1s, deviation: 0.1 }
          users: { s: 2, t: 1 }
          http: { version: 2, connections: shared, max_connections: 5, proxy: "http://p:1", verify_tls: false, compression: true }
          data_generation: { seed: 1, users: { file: users.csv, mode: unique, synthetic: true }, rows: { rows: [ { a: 1, b: x } ], mode: random }, words: { values: [ a, 2, true ] } }
          scenarios:
            - t
            - name: s
              description: d
              scenario_type: t
              weight: 5
              data_templates: { kind: "{{pick('a','b')}}" }
              profile: { messages_per_hour: 30, talk_share: { type: normal, mean: 0.4, deviation: 0.1 }, reaction_time: { type: uniform, min: 1s, max: 2s }, session_length: 30m, video: 0.5, screen_share: 0.1 }
              user_journey: [ { path: / } ]
        """;

    private static IEnumerable<string> Steps =>
    [
        """
        { action: http, name: n, think_time: { mean: 1s }, critical: true, method: POST, path: /a, query: { q: "{{token}}" }, headers: { H: v }, json: { a: 1 }, timeout: 5s, redirects: 3 }
        """,
        """
        { path: /a, extract: { token: { json: $.a }, h: { header: X }, r: { regex: "a(b)" }, c: { cookie: d } },
          checks: [ { status: 200 }, { status: [ 200, 201 ] }, { max_time: 500ms }, { json: $.a, equals: 5 }, { header: X, equals: v }, { text: t }, { regex: r } ] }
        """,
        "{ action: http, path: /b, form: { a: b } }",
        "{ path: /c, body: raw }",
        "{ path: /d, method: PUT, multipart: [ { name: a, value: b }, { name: f, file_name: f.png, content_type: image/png, size: 5KB } ] }",
        "{ action: wait, name: w, think_time: 0, critical: false, duration: profile.reaction_time }",
        "{ action: group, name: g, think_time: 0, critical: true, steps: [ { path: / } ] }",
        "{ action: parallel, name: p, think_time: 1, critical: true, steps: [ { path: / }, { path: /x } ] }",
        "{ action: conditional, name: c, think_time: 1, critical: true, probability: 0.5, then: [ { path: / } ], else: [ { path: /z } ] }",
        "{ action: conditional, when: { variable: token, equals: x }, then: [ { path: / } ] }",
        "{ action: conditional, when: { variable: token, exists: true }, then: [ { path: / } ] }",
        "{ action: repeat, name: r, think_time: 1, critical: true, times: { min: 1, max: 3 }, steps: [ { path: / } ] }",
        """{ action: repeat, while: { variable: token, matches: "a+" }, max_times: 3, steps: [ { path: / } ] }""",
        """
        { action: websocket, name: ws, think_time: 1, critical: true, path: /ws, headers: { H: v }, subprotocols: [ a ], connect_timeout: 5s, ping_interval: 1s,
          join: { message: { id: "{{message.id}}" }, reply: { id: $.id, timeout: 1s } },
          messages: { count: 5, interval: 1s, size: { min: 10, max: 1KB }, message: { id: "{{message.id}}", t: "{{message.text}}" }, reply: { id: $.id } },
          reactions: { probability: profile.video, delay: 1s, message: hi }, expect: { min_messages_per_minute: 5 }, hold: 1s, close_timeout: 1s }
        """,
        "{ action: upload, name: u, think_time: 1, critical: true, path: /api/uploads, size: 1MB, chunk_size: 65536, file_name: f, headers: { H: v }, verify: false, timeout: 5s }",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void An_example_and_a_shipped_plan_are_valid_by_schema_and_reader(string file) => AssertValid(Parse(File.ReadAllText(Path.Combine(Clone, file))));

    [Theory]
    [MemberData(nameof(Journeys))]
    public void A_shipped_scenario_is_valid_inline_and_its_journey_alone_as_well(string name)
    {
        var plan = new TestPlan { Name = "x", ScenarioConfig = new ScenarioConfig { Scenarios = [ScenarioLibrary.Find(name)!] } }.ToJson();

        AssertValid(plan);
        Assert.Empty(new JsonSchemaCheck(PlanSchema.Journey).ErrorsOf(plan["scenario_config"]!["scenarios"]![0]!["user_journey"]));
    }

    [Fact]
    public void One_of_everything_is_valid_by_schema_and_reader_also_as_it_is_written_back() => Assert.All(Everything, document =>
    {
        AssertValid(document);
        AssertValid(TestPlan.Read(document, new DocumentErrors()).ToJson());
    });

    [Fact]
    public void What_the_schema_refuses_the_reader_refuses_too()
    {
        var (refused, complaints) = (0, new List<string>());
        foreach (var (what, mutant) in Everything.SelectMany(Mutants))
        {
            if (Schema.ErrorsOf(mutant) is not [var first, ..])
                continue;
            refused++;
            if (ReaderErrors(mutant).Count == 0)
                complaints.Add($"{what}: the schema says of {first.Path} that it {first.Message}, the reader takes it");
        }

        Assert.True(complaints.Count == 0, string.Join('\n', complaints.Take(50)));
        Assert.True(refused > 2000, $"Only {refused} of the mutants are refused.");
    }

    [Fact]
    public void Every_member_that_the_reader_knows_is_in_the_schema_and_no_other()
    {
        var complaints = new HashSet<string>();
        foreach (var (place, word, mutant) in Everything.SelectMany(WithWords))
        {
            var schema = !Schema.ErrorsOf(mutant).Contains((place, JsonSchemaCheck.Unknown));
            var reader = !ReaderErrors(mutant).Any(e => e.Path == place && (e.Message.EndsWith("a known member", StringComparison.Ordinal) || e.Message.StartsWith("is a name that templates use", StringComparison.Ordinal)
                || (e.Message.StartsWith("does not apply", StringComparison.Ordinal) && place.StartsWith("load_pattern.", StringComparison.Ordinal)) || e.Message.StartsWith("is not available", StringComparison.Ordinal)));
            if (schema != reader)
                complaints.Add($"{Index().Replace(place, "")}: the {(schema ? "schema" : "reader")} alone knows {word}");
        }

        Assert.True(complaints.Count == 0, string.Join('\n', complaints.Order().Take(50)));
    }

    [Fact]
    public void Every_name_that_the_reader_takes_for_a_value_is_in_the_schema()
    {
        var complaints = new List<string>();
        foreach (var (what, mutant) in Everything.SelectMany(WithValues))
        {
            if (Schema.ErrorsOf(mutant) is [var first, ..] && ReaderErrors(mutant).Count == 0)
                complaints.Add($"{what}: the schema says of {first.Path} that it {first.Message}");
        }

        Assert.True(complaints.Count == 0, string.Join('\n', complaints.Take(50)));
    }

    private static void AssertValid(JsonObject document)
    {
        Assert.Empty(ReaderErrors(document));
        Assert.Empty(Schema.ErrorsOf(document));
    }

    private static IReadOnlyList<DocumentError> ReaderErrors(JsonNode document)
    {
        var errors = new DocumentErrors();
        TestPlan.Read(document, errors);
        return errors.All;
    }

    // Every member taken away, put to something else, and an unknown one beside it.
    private static IEnumerable<(string What, JsonObject Mutant)> Mutants(JsonObject document)
    {
        string[] others = ["-1", "0", "0.5", "5", "1000000000000000", "\"\"", "\" \"", "\"text\"", "\"5s\"", "\"1m 5h\"", "true", "[]", "{}", "[{}]", "{ \"a\": 1 }", "{ \"a\": { } }"];
        foreach (var (place, parent, key) in PlacesOf(document))
        {
            foreach (var other in others)
                yield return ($"{place} = {other}", Change(document, parent, key, JsonNode.Parse(other)));
            if (key is string name)
            {
                yield return ($"without {place}", Change(document, parent, name, null));
                yield return ($"{place} and an unknown one", Change(document, parent, "no_such_member", 1));
            }
        }
    }

    private static IEnumerable<(string Place, string Word, JsonObject Mutant)> WithWords(JsonObject document) =>
        from parent in PlacesOf(document).Select(p => p.Parent).DistinctBy(p => string.Join('/', p)).ToList()
        where Find(document, parent) is JsonObject
        from word in Words()
        where !((JsonObject)Find(document, parent)).ContainsKey(word)
        select (PathOf([.. parent, word]), word, Change(document, parent, word, new JsonObject()));

    private static IEnumerable<(string What, JsonObject Mutant)> WithValues(JsonObject document) =>
        from place in PlacesOf(document)
        where Find(document, place.Parent) is JsonObject and var holder && place.Key is string name && holder[name] is JsonValue value && value.TryGetValue<string>(out _)
        from word in Words().Concat(EnumerationNames).Concat(["profile.video", "profile.reaction_time", "GET", "PATCH"])
        select ($"{place.Place} = {word}", Change(document, place.Parent, place.Key, word));

    // The readers' own vocabulary: what stands between quotes in them.
    private static IReadOnlyList<string> Words() => Vocabulary.Value;

    private static readonly IReadOnlyList<string> EnumerationNames = [.. typeof(TestPlan).Assembly.GetTypes().Where(t => t.IsEnum)
        .SelectMany(Enum.GetNames).Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName).Distinct()];

    private static readonly Lazy<IReadOnlyList<string>> Vocabulary = new(() => [.. Directory.GetFiles(Path.Combine(Clone, "shared", "Plans"), "*.cs")
        .SelectMany(f => Word().Matches(File.ReadAllText(f))).Select(m => m.Groups["word"].Value).Distinct().Order(StringComparer.Ordinal)]);

    private static IEnumerable<(string Place, object[] Parent, object Key)> PlacesOf(JsonNode document, params object[] path)
    {
        var keys = document switch { JsonObject json => json.Select(m => (object)m.Key), JsonArray list => Enumerable.Range(0, list.Count).Cast<object>(), _ => [] };
        foreach (var key in keys.ToList())
        {
            yield return (PathOf([.. path, key]), path, key);
            foreach (var inner in (key is string name ? document[name] : document[(int)key]) is { } child ? PlacesOf(child, [.. path, key]) : [])
                yield return inner;
        }
    }

    private static JsonObject Change(JsonObject document, object[] parent, object key, JsonNode? value)
    {
        var mutant = (JsonObject)document.DeepClone();
        var holder = Find(mutant, parent);
        if (key is int place)
            holder[place] = value;
        else if (value is null)
            ((JsonObject)holder).Remove((string)key);
        else
            holder[(string)key] = value;
        return mutant;
    }

    private static JsonNode Find(JsonNode at, object[] path) => path.Aggregate(at, (node, key) => key is string name ? node[name]! : node[(int)key]!);

    private static string PathOf(IEnumerable<object> path) => path.Aggregate("", (text, key) => key is int i ? $"{text}[{i}]" : text.Length == 0 ? $"{key}" : $"{text}.{key}");

    private static JsonObject Parse(string yaml)
    {
        var errors = new DocumentErrors();
        var json = PlanFile.ToJson(yaml, errors);
        Assert.Empty(errors.All);
        return (JsonObject)json!;
    }

    private static string FindClone(string from) => File.Exists(Path.Combine(from, "Platform.sln")) ? from : FindClone(Path.GetDirectoryName(from)!);

    [GeneratedRegex("\"(?<word>[a-z][a-z0-9]*(_[a-z0-9]+)*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\[\d+\]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Index();
}
