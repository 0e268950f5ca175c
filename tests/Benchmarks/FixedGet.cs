using System.Globalization;

namespace Loadstone.Benchmarks;

/// <summary>What is measured: one GET, again and again, of an answer that costs the target next to nothing.</summary>
internal static class FixedGet
{
    /// <summary>What nginx does when it is the target: it answers 54 bytes from memory, and never waits.</summary>
    public const string Target = """location / { return 200 "nothing but fifty-four bytes, to be answered at once\n\n"; }""";

    /// <summary>The plan.</summary>
    /// <param name="length">The whole run.</param>
    /// <param name="users">The most users at once.</param>
    /// <param name="load">The load pattern, as YAML.</param>
    /// <param name="think">The pause after each request.</param>
    /// <param name="path">What is asked for.</param>
    /// <param name="criteria">What must hold, as YAML.</param>
    public static string Plan(TimeSpan length, int users, string load, string think = "0", string path = "/fixed", string criteria = "{}") =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            name: benchmark
            duration: {{length.TotalSeconds}}s
            max_virtual_users: {{users}}
            load_pattern: {{load}}
            scenario_config:
              think_time: {{think}}
              scenarios:
                - name: get
                  user_journey: [ { action: http, name: get, path: "{{path}}", checks: [ { status: 200 }, { max_time: 1s } ] } ]
            success_criteria: {{criteria}}
            """);

    /// <summary>An even load of so many arrivals a second, as YAML.</summary>
    public static string Arrivals(double rate) => string.Create(CultureInfo.InvariantCulture, $"{{ type: constant_arrival_rate, rate: {rate} }}");

    /// <summary>The same as k6 writes it, with its users made before the run.</summary>
    public static string K6Arrivals(double rate, TimeSpan length, int users) => string.Create(CultureInfo.InvariantCulture,
        $"executor: 'constant-arrival-rate', rate: {rate}, timeUnit: '1s', duration: '{length.TotalSeconds}s', preAllocatedVUs: {users}, maxVUs: {users}");
}
