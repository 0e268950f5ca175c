using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Analysis.Benchmarks;

internal static class BenchmarkEndpoints
{
    public const string DefaultEnvironment = "production";

    private const string Path = "/api/load-testing/benchmarks";
    private static readonly PageOrder<Benchmark> ByName = new("d.data -> 'target' ->> 'benchmark_name'", b => b.Target.BenchmarkName);

    public static void MapBenchmarks(this WebApplication app)
    {
        new BenchmarkKind().Map(app, Path);
        app.MapGet(Path, ListAsync);
        app.MapPost($"{Path}/validate", ValidationEndpoint.ValidateAsync);
    }

    private static async Task<JsonObject> ListAsync(
        IQuerySession session, string? environment, string? benchmarkType, string? endpoint, string? validationStatus, string? active, string? limit,
        string? cursor, CancellationToken cancellation)
    {
        var filter = ListFilter.ByActive(active)
            .Add("d.data -> 'target' ->> 'environment' = ?", environment ?? DefaultEnvironment)
            .AddIf(ListFilter.OneOf<BenchmarkType>("benchmarkType", benchmarkType), "d.data -> 'target' ->> 'benchmark_type' = ?")
            .AddIf(endpoint, "d.data -> 'target' ->> 'endpoint_path' = ?")
            .AddIf(ListFilter.OneOf<ValidationStatus>("validationStatus", validationStatus), "d.data ->> 'validation_status' = ?");
        var all = await session.QueryAsync<Benchmark>($"where {filter.Sql}", cancellation, filter.Values);
        var page = await Page.ReadAsync(session, filter, limit, cursor, cancellation, ByName);
        return page.ToJson("benchmarks", SummaryOf(all));
    }

    private static JsonObject SummaryOf(IReadOnlyList<Benchmark> all) => new()
    {
        ["total"] = all.Count,
        ["byType"] = CountBy(all, b => b.Target.BenchmarkType),
        ["byValidationStatus"] = CountBy(all, b => b.ValidationStatus),
    };

    private static JsonObject CountBy<T>(IEnumerable<Benchmark> all, Func<Benchmark, T> by)
        where T : struct, Enum =>
        new(WireNames<T>.ToValue.Select(name => KeyValuePair.Create(name.Key, (JsonNode?)all.Count(b => by(b).Equals(name.Value)))));
}

internal sealed class BenchmarkKind : ResourceKind<Benchmark, BenchmarkTarget>
{
    public override string Name => "benchmark";

    public override IReadOnlyList<string> ShownMembers => ["last_validated_at", "validation_status"];

    public override BenchmarkTarget Read(DocumentNode node) => BenchmarkTarget.Read(node);

    public override string NameOf(BenchmarkTarget body) => body.BenchmarkName;

    public override string KeyOf(BenchmarkTarget body) => $"{body.Environment}\n{body.BenchmarkName}";

    public override BenchmarkTarget BodyOf(Benchmark resource) => resource.Target;

    public override object Created(Guid id, BenchmarkTarget body, string by, DateTimeOffset at) => new BenchmarkCreated(id, body, by, at);

    public override object Changed(BenchmarkTarget body, string by, DateTimeOffset at) => new BenchmarkChanged(body, by, at);

    public override object Deactivated(string by, DateTimeOffset at) => new BenchmarkDeactivated(by, at);
}
