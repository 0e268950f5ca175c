using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Plans;

namespace Loadstone.Scheduler;

/// <summary>What the body leaves out is taken from here: the name always, the others when there is a configuration already.</summary>
internal sealed record PerformanceTestDefaults(string? Name = null, string? TestType = null, string? Environment = null);

/// <summary>
/// The whole configuration of a CI run in one body. Its <c>configuration</c> is a plan, in which <c>baseUrl</c>, <c>users</c>
/// and <c>thresholds</c> may stand for their longer forms; what no criterion names is judged by the thresholds for CI runs.
/// </summary>
internal sealed record PerformanceTestRequest(JsonObject Plan, string? BaseUrl, string? ExecutionName, Func<string, string> PathOf)
{
    private const string Configuration = "configuration";
    private const int LongestName = 200;

    /// <summary>Reads the body of a test to be executed.</summary>
    public static PerformanceTestRequest Read(DocumentNode body) => Read(body, new PerformanceTestDefaults());

    /// <summary>Reads a body with its <c>configuration</c>, or one that is the configuration itself.</summary>
    public static PerformanceTestRequest ReadEither(DocumentNode body, PerformanceTestDefaults defaults)
    {
        if (body.Has(Configuration))
            return Read(body, defaults);
        var given = new JsonObject(body.Names.ToArray().Select(name => KeyValuePair.Create(name, body.Raw(name)?.DeepClone())));
        return Read(new DocumentNode(new JsonObject { [Configuration] = given }, "", body.Errors), defaults, path => path);
    }

    private static PerformanceTestRequest Read(DocumentNode body, PerformanceTestDefaults defaults, Func<string, string>? pathOf = null)
    {
        var testType = body.Has("testType") ? body.OneOf<TestType>("testType") : null;
        var environment = body.Text("environment");
        if (!body.Has(Configuration))
            body.Error(Configuration, "is required");
        var plan = body.Raw(Configuration)?.DeepClone() as JsonObject ?? [];
        if (body.Has(Configuration) && body.Raw(Configuration) is not JsonObject)
            body.Error(Configuration, "must be an object");
        var request = new PerformanceTestRequest(plan, TakeText(plan, "baseUrl"), body.Text("executionName"), pathOf ?? PathIn(body, plan));
        Replace(body, request, "users", "max_virtual_users");
        TakeThresholds(body, request);
        Say(body, plan, "test_type", "testType", testType is null ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(testType.ToString()!), defaults.TestType);
        Say(body, plan, "environment", "environment", environment, defaults.Environment);
        plan["name"] ??= defaults.Name ?? NameOf(plan, request.BaseUrl);
        var errors = new DocumentErrors();
        TestPlan.Read(plan, errors);
        foreach (var error in errors.All)
            body.Errors.Add(request.PathOf(error.Path), error.Message);
        return request;
    }

    // Where the caller wrote what the plan calls so.
    private static Func<string, string> PathIn(DocumentNode body, JsonObject plan)
    {
        var (users, environment, testType) = (plan.ContainsKey("users"), body.Has("environment"), body.Has("testType"));
        return path => path switch
        {
            "max_virtual_users" when users => $"{Configuration}.users",
            "environment" when environment => path,
            "test_type" when testType => "testType",
            "" => Configuration,
            _ => $"{Configuration}.{path}",
        };
    }

    private static string? TakeText(JsonObject plan, string name)
    {
        if (plan[name] is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
            return null; // what is no text stays, and is refused as unknown
        plan.Remove(name);
        return value.GetValue<string>();
    }

    private static void Replace(DocumentNode body, PerformanceTestRequest request, string name, string longer)
    {
        if (!request.Plan.TryGetPropertyValue(name, out var value))
            return;
        request.Plan.Remove(name);
        if (request.Plan.ContainsKey(longer))
            body.Errors.Add(request.PathOf(name), $"stands beside {longer}: give one of them");
        else
            request.Plan[longer] = value;
    }

    private static void Say(DocumentNode body, JsonObject plan, string member, string name, string? given, string? otherwise)
    {
        if (given is not null && plan[member] is { } inside && inside.ToString() != given)
            body.Error(name, $"says {given}, but the configuration says {inside}");
        if (given is not null)
            plan[member] = given;
        else if (otherwise is not null)
            plan[member] ??= otherwise;
    }

    private static void TakeThresholds(DocumentNode body, PerformanceTestRequest request)
    {
        var criteria = request.Plan["success_criteria"];
        request.Plan.Remove("thresholds", out var thresholds);
        if (criteria is not (null or JsonObject))
            return; // refused with the plan
        var errors = new DocumentErrors();
        request.Plan["success_criteria"] = CiThresholds.Complete(criteria?.DeepClone() as JsonObject, thresholds, errors);
        foreach (var error in errors.All)
            body.Errors.Add(request.PathOf(error.Path), error.Message);
    }

    // The same test of the same target is one configuration, so that its runs can be compared.
    private static string NameOf(JsonObject plan, string? baseUrl)
    {
        var name = $"{plan["test_type"] ?? "load"} test of {baseUrl ?? plan["environment"]?.ToString() ?? "the default environment"}";
        return name.Length <= LongestName ? name : name[..LongestName];
    }
}
