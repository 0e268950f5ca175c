using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static Loadstone.Plans.K6.K6Figures;

namespace Loadstone.Plans.K6;

/// <summary>Where an operation's figures are in k6's metrics.</summary>
internal enum K6Source
{
    Http,
    Group,
    Socket,
    Reply,
}

/// <summary>Writes the steps of one scenario as calls of the script's own functions.</summary>
/// <param name="plan">The plan.</param>
/// <param name="scenario">The scenario, with its journey.</param>
/// <param name="operations">Takes the operations by name, each with the tag that k6 finds it by.</param>
internal sealed class K6Steps(TestPlan plan, Scenario scenario, Dictionary<string, (string Tag, K6Source Source)> operations)
{
    private readonly K6Values _values = new(plan, scenario);
    private readonly StringBuilder _code = new();

    /// <summary>The journey as the members of an object.</summary>
    public string Write()
    {
        _code.Append(CultureInfo.InvariantCulture, $"  name: {K6Values.Literal(scenario.Name)},\n  profile: {ProfileOf(scenario.Name, scenario.Profile ?? BehaviourProfile.Default)},\n");
        _code.Append(CultureInfo.InvariantCulture, $"  variables: () => {Variables(scenario.DataTemplates)},\n  steps: () => {{\n");
        WriteAll(scenario.Journey, "    ");
        return _code.Append("  },\n").ToString();
    }

    /// <summary>Values for variables, each filled in anew, as pairs.</summary>
    public string Variables(IReadOnlyDictionary<string, string>? templates) =>
        $"[{string.Join(", ", (templates ?? new Dictionary<string, string>()).Select(t => $"[{K6Values.Literal(t.Key)}, {_values.Text(t.Value)}]"))}]";

    private void WriteAll(IEnumerable<Step> steps, string indent)
    {
        foreach (var step in steps)
            Write(step, indent);
    }

    private void Write(Step step, string indent)
    {
        var isPlain = step is HttpStep or WebSocketStep or UploadStep;
        var pause = step.ThinkTime ?? (isPlain ? plan.ScenarioConfig.ThinkTime : DurationDistribution.Always(TimeSpan.Zero));
        if (step is ParallelStep parallel && !parallel.Steps.All(s => s is HttpStep))
            Line(indent, "// k6 does nothing but plain HTTP requests at once: these come one after the other.");
        Line(indent, $"step({(step.Critical ? "true" : "false")}, {Drawn(pause)}, () => {{");
        WriteInner(step, indent + "  ");
        Line(indent, "});");
    }

    private void WriteInner(Step step, string indent)
    {
        switch (step)
        {
            case HttpStep http:
                Line(indent, $"request({Request(http)});");
                break;
            case WaitStep wait:
                Line(indent, $"sleep(draw({Drawn(wait.Duration)}));");
                break;
            case UploadStep upload:
                Line(indent, $"upload({Upload(upload)});");
                break;
            case WebSocketStep socket:
                Line(indent, $"socket({Socket(socket)});");
                break;
            case GroupStep group:
                WriteHeld($"transaction({K6Values.Literal(group.Name)}, {Tag(group.Name, K6Source.Group)}, () => {{", group.Steps, "});", indent);
                break;
            case ParallelStep parallel when parallel.Steps.All(s => s is HttpStep):
                Line(indent, $"atOnce([{string.Join(", ", parallel.Steps.Cast<HttpStep>().Select(Request))}]);");
                break;
            case ParallelStep parallel:
                WriteAll(parallel.Steps, indent);
                break;
            case ConditionalStep conditional:
                WriteHeld($"if ({Decision(conditional)}) {{", conditional.Then, conditional.Else is null ? "}" : "} else {", indent);
                if (conditional.Else is not null)
                    WriteHeld(null, conditional.Else, "}", indent);
                break;
            case RepeatStep repeat:
                WriteHeld($"for (let time = 0, times = {Times(repeat)}; time < times{(repeat.While is { } goesOn ? $" && {Holds(goesOn)}" : "")}; time++) {{", repeat.Steps, "}", indent);
                break;
            default:
                Line(indent, $"// k6 has nothing for a step of this kind: {K6Values.Literal(step.Name)}");
                break;
        }
    }

    private void WriteHeld(string? begin, IEnumerable<Step> steps, string end, string indent)
    {
        if (begin is not null)
            Line(indent, begin);
        WriteAll(steps, indent + "  ");
        Line(indent, end);
    }

    private void Line(string indent, string text) => _code.Append(indent).Append(text).Append('\n');

    private string Tag(string name, K6Source source)
    {
        if (!operations.TryGetValue(name, out var known))
            operations[name] = known = ($"op{operations.Count + 1}", source);
        return K6Values.Literal(known.Tag);
    }

    private string Request(HttpStep step)
    {
        var (body, type) = BodyOf(step);
        var members = new List<(string, string)>
        {
            ("name", K6Values.Literal(step.Name)), ("op", Tag(step.Name, K6Source.Http)), ("method", K6Values.Literal(step.Method)), ("url", _values.Url(step.Path, step.Query)),
            ("headers", Headers(step.Headers, type)), ("timeout", Ms(step.Timeout)), ("redirects", step.Redirects.ToString(CultureInfo.InvariantCulture)),
        };
        if (body is not null)
            members.Add(("body", body));
        if (step.Checks?.Select(c => c.Status).FirstOrDefault(s => s is not null) is { } statuses)
            members.Add(("statuses", $"[{string.Join(", ", statuses)}]"));
        if (step.Checks is not null)
            members.Add(("checks", $"[{string.Join(", ", step.Checks.Select(CheckOf))}]"));
        if (step.Extract is not null)
            members.Add(("extract", $"[{string.Join(", ", step.Extract.Select(e => ExtractionOf(e.Key, e.Value)))}]"));
        return K6Values.Object(members);
    }

    private (string? Body, string? Type) BodyOf(HttpStep step) => step switch
    {
        { Json: { } json } => ($"JSON.stringify({_values.Json(json)})", "application/json"),
        { Form: { } form } => (string.Join(" + ", form.Select((f, i) => $"{K6Values.Literal($"{(i == 0 ? "" : "&")}{Uri.EscapeDataString(f.Key)}=")} + {_values.Encoded(f.Value)}")), "application/x-www-form-urlencoded"),
        { Multipart: { } parts } => ($"multipart([{string.Join(", ", parts.Select(PartOf))}])", "multipart/form-data; boundary=--loadstone-boundary-4b1d7c93"),
        { Body: { } body } => (_values.Text(body), null),
        _ => (null, null),
    };

    private string PartOf(MultipartPart part) => part.FileName is null
        ? K6Values.Object([("name", K6Values.Literal(part.Name)), ("value", _values.Text(part.Value ?? ""))])
        : K6Values.Object([("name", K6Values.Literal(part.Name)), ("file", _values.Text(part.FileName)),
            ("type", K6Values.Literal(part.ContentType ?? "application/octet-stream")), ("size", $"{part.Size ?? 0}")]);

    private string Headers(IReadOnlyDictionary<string, string>? headers, string? type = null)
    {
        var all = (headers ?? new Dictionary<string, string>()).Select(h => (h.Key, _values.Text(h.Value))).ToList();
        if (type is not null && headers?.Keys.Contains("content-type", StringComparer.OrdinalIgnoreCase) != true)
            all.Insert(0, ("Content-Type", K6Values.Literal(type)));
        if (plan.ScenarioConfig.Http?.Compression == true)
            all.Add(("Accept-Encoding", K6Values.Literal("gzip, deflate, br")));
        return K6Values.Object(all);
    }

    private static string CheckOf(Check check)
    {
        (string, string)? what = check switch
        {
            { Status: { } statuses } => ("status", $"[{string.Join(", ", statuses)}]"),
            { MaxTime: { } time } => ("maxTime", Ms(time)),
            { Json: { } path } => ("json", PathOf(path)),
            { Header: { } header } => ("header", K6Values.Literal(header)),
            { Regex: { } regex } => ("regex", K6Values.Literal(regex)),
            { Text: { } text } => ("text", K6Values.Literal(text)),
            _ => null,
        };
        var equals = check.EqualTo is { } value ? value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString() : null;
        (string, string)?[] members = [("title", K6Values.Literal(check.Title)), what, equals is null ? null : ("equals", K6Values.Literal(equals))];
        return K6Values.Object(members.Where(m => m is not null).Select(m => m!.Value));
    }

    private static string ExtractionOf(string variable, Extraction place) => K6Values.Object(
    [
        ("variable", K6Values.Literal(variable)),
        place switch
        {
            { Json: { } path } => ("json", PathOf(path)),
            { Header: { } header } => ("header", K6Values.Literal(header)),
            { Cookie: { } cookie } => ("cookie", K6Values.Literal(cookie)),
            _ => ("regex", K6Values.Literal(place.Regex ?? "")),
        },
    ]);

    private static string PathOf(string path) => JsonPath.TryParse(path, out var parsed)
        ? $"[{string.Join(", ", parsed.Segments.Select(s => s.Name is { } name ? K6Values.Literal(name) : s.Index.ToString(CultureInfo.InvariantCulture)))}]"
        : "[]";

    private string Decision(ConditionalStep step) => step.Probability is { } chance ? $"Math.random() < {Chance(chance)}" : Holds(step.When!);

    private string Holds(Condition condition)
    {
        var value = $"String({_values.ValueOf(condition.Variable)})";
        return condition switch
        {
            { EqualTo: { } text } => $"{value} === String({_values.Text(text)})",
            { Matches: { } pattern } => $"new RegExp({K6Values.Literal(pattern)}).test({value})",
            { Exists: false } => $"{value} === \"\"",
            _ => $"{value} !== \"\"",
        };
    }

    private string Upload(UploadStep step) => K6Values.Object(
    [
        ("name", K6Values.Literal(step.Name)), ("op", Tag(step.Name, K6Source.Group)), ("begin", Tag($"{step.Name}: begin", K6Source.Http)),
        ("chunks", Tag($"{step.Name}: chunk", K6Source.Http)), ("complete", Tag($"{step.Name}: complete", K6Source.Http)), ("url", _values.Url(step.Path)),
        ("size", $"{step.Size}"), ("chunk", $"{step.ChunkSize}"), ("file", _values.Text(step.FileName)), ("headers", Headers(step.Headers)),
        ("verify", step.Verify ? "true" : "false"), ("timeout", Ms(step.Timeout)),
    ]);

    private string Socket(WebSocketStep step)
    {
        var headers = step.Subprotocols is { } offered ? new Dictionary<string, string>(step.Headers ?? new Dictionary<string, string>()) { ["Sec-WebSocket-Protocol"] = string.Join(", ", offered) } : step.Headers;
        var members = new List<(string, string)>
        {
            ("name", K6Values.Literal(step.Name)), ("op", Tag(step.Name, K6Source.Socket)), ("url", _values.Url(step.Path)), ("headers", Headers(headers)),
            ("hold", Drawn(step.Hold ?? DurationDistribution.Always(TimeSpan.Zero))),
        };
        if (step.PingInterval is { } every)
            members.Add(("ping", Ms(every)));
        if (step.Join is { } join)
            members.Add(("join", Outgoing($"{step.Name}: join", join.Message, join.Reply)));
        if (step.Messages is { } messages)
            members.Add(("messages", Outgoing($"{step.Name}: message", messages.Message, messages.Reply, [("count", $"{messages.Count}"), ("interval", Drawn(messages.Interval)), .. SizeOf(messages.Size)])));
        if (step.Reactions is { } reactions)
            members.Add(("reactions", Outgoing($"{step.Name}: reaction", reactions.Message, null, [("chance", $"() => {Chance(reactions.Probability)}"), ("delay", Drawn(reactions.Delay))])));
        if (step.Expect is { } expect)
            members.Add(("expect", K6Values.Number(expect.MinMessagesPerMinute)));
        return K6Values.Object(members);
    }

    private string Outgoing(string name, JsonNode? message, WebSocketReply? reply, params IEnumerable<(string, string)> more)
    {
        var text = message is JsonValue value && value.TryGetValue<string>(out var plain) ? _values.Text(plain) : $"JSON.stringify({_values.Json(message)})";
        IEnumerable<(string, string)> members = [("op", Tag(name, K6Source.Reply)), .. more, ("text", $"() => {text}")];
        return K6Values.Object(reply is null ? members : members.Append(("reply", K6Values.Object([("id", PathOf(reply.Id)), ("timeout", K6Values.Number(reply.Timeout.TotalSeconds))]))));
    }

    private static IEnumerable<(string, string)> SizeOf(SizeRange? size) =>
        size is null ? [] : [("size", $"{{ min: {size.Min}, max: {size.Max} }}")];
}
