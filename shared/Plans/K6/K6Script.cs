using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Loadstone.Plans.K6;

/// <summary>Where a k6 script sends its requests, and what its templates read of the environment.</summary>
/// <param name="BaseUrl">Where relative paths go.</param>
/// <param name="Variables">The environment's variables.</param>
/// <param name="Secrets">The names of its secrets, which whoever runs the script must give.</param>
public sealed record K6Target(string BaseUrl, IReadOnlyDictionary<string, string> Variables, IEnumerable<string> Secrets);

/// <summary>Writes a plan as a script for k6 that does the same journeys, in the same pattern, held against the same criteria.</summary>
public static class K6Script
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.Default };

    /// <summary>The script.</summary>
    /// <param name="plan">The plan, with every scenario filled in.</param>
    /// <param name="target">Where it is to go.</param>
    public static string Of(TestPlan plan, K6Target target)
    {
        var operations = new Dictionary<string, (string Tag, K6Source Source)>();
        var scenarios = plan.ScenarioConfig.Scenarios;
        var writers = scenarios.Select(s => new K6Steps(plan, s, operations)).ToList();
        var journeys = writers.Select(w => w.Write()).ToList();
        List<string> notes = ["times are measured from the send, in Loadstone from when a request was due", "random numbers and made-up data are others than in Loadstone, also under the same seed"];
        if (operations.Values.Any(o => o.Source is K6Source.Reply))
            notes.Add("messages over WebSockets are no requests to k6: they are in ws_reply_time, and figures of the whole run leave them out");
        var options = new K6Options(plan, operations, notes).Write();
        var script = new StringBuilder("""
            import http from 'k6/http';
            import ws from 'k6/ws';
            import crypto from 'k6/crypto';
            import exec from 'k6/execution';
            import { check, group, randomSeed, sleep } from 'k6';
            import { SharedArray } from 'k6/data';
            import { Rate, Trend } from 'k6/metrics';


            """);
        AddHead(script, plan, target, notes, operations);
        script.Append(CultureInfo.InvariantCulture, $"export const options = {options.ToJsonString(Readable)};\n\n");
        AddData(script, plan, target);
        for (var i = 0; i < journeys.Count; i++)
            script.Append(CultureInfo.InvariantCulture, $"const journey{i} = {{\n{journeys[i]}}};\n\n");
        AddMix(script, plan, writers);
        return script.Append(Part("runtime.js")).Append(Part("sockets.js")).ToString();
    }

    // Nothing of a plan stands in a comment but as a literal on one line.
    private static void AddHead(StringBuilder script, TestPlan plan, K6Target target, List<string> notes, Dictionary<string, (string Tag, K6Source Source)> operations)
    {
        script.Append(CultureInfo.InvariantCulture, $"// The Loadstone test {K6Values.Literal(plan.Name)}: k6 run -e BASE_URL=... this-file.js\n//\n// What is otherwise than in Loadstone:\n");
        foreach (var note in notes)
            script.Append(CultureInfo.InvariantCulture, $"// - {K6Values.Literal(note)[1..^1].Replace("\\u0027", "'", StringComparison.Ordinal)}\n");
        foreach (var secret in target.Secrets)
            script.Append(CultureInfo.InvariantCulture, $"// It needs a secret: -e {K6Values.Literal(secret)}\n");
        script.Append("//\n// Operations by the tag that thresholds find them by:\n");
        foreach (var (name, (tag, _)) in operations)
            script.Append(CultureInfo.InvariantCulture, $"//   {tag} {K6Values.Literal(name)}\n");
        script.Append('\n');
    }

    private static void AddData(StringBuilder script, TestPlan plan, K6Target target)
    {
        script.Append(CultureInfo.InvariantCulture, $"const BASE_URL = (__ENV.BASE_URL || {K6Values.Literal(target.BaseUrl)}).replace(/\\/$/, '');\n");
        script.Append(CultureInfo.InvariantCulture, $"const SEED = {plan.Seed?.ToString(CultureInfo.InvariantCulture) ?? "null"};\n");
        script.Append(CultureInfo.InvariantCulture, $"const VARIABLES = new Map([{string.Join(", ", target.Variables.Select(v => $"[{K6Values.Literal(v.Key)}, {K6Values.Literal(v.Value)}]"))}]);\n");
        script.Append("const DATA = new Map([\n");
        foreach (var (name, feeder) in plan.ScenarioConfig.DataGeneration ?? new Dictionary<string, Feeder>())
        {
            var rows = string.Join(", ", (feeder.Rows ?? []).Select(row => K6Values.Object(row.Select(c => (c.Key, K6Values.Literal(c.Value))))));
            var mode = JsonNamingPolicy.SnakeCaseLower.ConvertName(feeder.Mode.ToString());
            script.Append(CultureInfo.InvariantCulture, $"  [{K6Values.Literal(name)}, {{ mode: '{mode}', rows: new SharedArray({K6Values.Literal(name)}, () => [{rows}]) }}],\n");
        }

        script.Append("]);\n\n");
    }

    // Users keep their journey, arrivals draw one; in phases it goes by the phase.
    private static void AddMix(StringBuilder script, TestPlan plan, List<K6Steps> writers)
    {
        var config = plan.ScenarioConfig;
        var journeys = string.Join(", ", Enumerable.Range(0, writers.Count).Select(i => $"journey{i}"));
        script.Append(CultureInfo.InvariantCulture, $"const JOURNEYS = [{journeys}];\nconst PHASES = [\n");
        var end = TimeSpan.Zero;
        foreach (var phase in plan.Phases ?? [])
        {
            end += phase.Duration;
            var own = config.Scenarios.Select(s => phase.Scenarios.FirstOrDefault(p => p.Type == s.Name)).ToList();
            var shares = config.Scenarios.Select((s, i) => own[i] is { } wanted ? wanted.Users ?? config.ShareOf(s) : 0);
            var parameters = own.Select((wanted, i) => $"() => {writers[i].Variables(wanted?.Parameters)}");
            AddPhase(script, K6Values.Literal(phase.Name), K6Figures.Ms(end), shares, parameters);
        }

        if (plan.Phases is null)
            AddPhase(script, "\"\"", "Infinity", config.Scenarios.Select(config.ShareOf), config.Scenarios.Select(_ => "() => []"));
        var choice = plan.Shape.Unit == LoadUnit.ArrivalsPerSecond ? "drawn(phase.shares)" : "phase.deal[(exec.vu.idInTest - 1) % phase.deal.length]";
        script.Append(CultureInfo.InvariantCulture, $$"""
            ];

            export default function () {
              const elapsed = Date.now() - exec.scenario.startTime;
              const phase = PHASES.find((p) => elapsed < p.until) || PHASES[PHASES.length - 1];
              if (!phase.deal) phase.deal = dealt(phase.shares);
              const chosen = {{choice}};
              const journey = JOURNEYS[chosen];
              run({ ...journey, variables: () => [...journey.variables(), ...phase.parameters[chosen]()] });
            }

            """);
    }

    private static void AddPhase(StringBuilder script, string name, string until, IEnumerable<int> shares, IEnumerable<string> parameters) => script.Append(
        CultureInfo.InvariantCulture, $"  {{ name: {name}, until: {until}, shares: [{string.Join(", ", shares)}], parameters: [{string.Join(", ", parameters)}] }},\n");

    private static string Part(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"Loadstone.Plans.K6.{name}")!);
        return reader.ReadToEnd();
    }
}
