using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>The lowest throughput that passes: for the whole run, or by operation.</summary>
/// <param name="PerSecond">Requests per second of the whole run; 0 asks for nothing. On the wire a bare number.</param>
/// <param name="PerMinute">Requests per minute by operation. On the wire a map.</param>
[JsonConverter(typeof(ThroughputFloorConverter))]
public sealed record ThroughputFloor(double PerSecond, IReadOnlyDictionary<string, double>? PerMinute = null)
{
    internal static ThroughputFloor? Read(DocumentNode node, string name)
    {
        if (node.Raw(name) is not JsonObject)
            return node.Number(name, 0, 1e9) is { } perSecond ? new ThroughputFloor(perSecond) : null;
        return new ThroughputFloor(0, node.Map(name).ToDictionary(m => m.Key, m => m.Map.Number(m.Key, 0, 1e9) ?? 0));
    }
}

/// <summary>What must hold of a run for it to pass. Every member becomes one or more <see cref="Criterion"/>.</summary>
public sealed record SuccessCriteria
{
    private const double LongestMs = 600_000;

    /// <summary>The highest mean response time, in ms.</summary>
    public double? MaxAvgResponseTime { get; init; }

    /// <summary>The highest 95th percentile of the response time, in ms.</summary>
    public double? MaxP95ResponseTime { get; init; }

    /// <summary>The highest 99th percentile of the response time, in ms.</summary>
    public double? MaxP99ResponseTime { get; init; }

    /// <summary>The highest share of failed requests, in %: 0 to 50.</summary>
    public double? MaxErrorRate { get; init; }

    /// <summary>The highest share of failed checks, in %.</summary>
    public double? MaxCheckFailureRate { get; init; }

    /// <summary>The lowest throughput.</summary>
    public ThroughputFloor? MinThroughput { get; init; }

    /// <summary>Criteria for single operations, by their names.</summary>
    public IReadOnlyDictionary<string, SuccessCriteria>? Operations { get; init; }

    /// <summary>Criteria as expressions, such as <c>p(99) of 'checkout' &lt; 1500</c>; see <see cref="CriterionExpression"/>.</summary>
    public IReadOnlyList<string>? Expressions { get; init; }

    /// <summary>What a plan without criteria is judged by.</summary>
    public static SuccessCriteria Default => new() { MaxAvgResponseTime = 1000, MaxP95ResponseTime = 2000, MaxErrorRate = 5, MinThroughput = new ThroughputFloor(0) };

    /// <summary>The criteria one by one, in the order results show them.</summary>
    public IEnumerable<Criterion> All() => Own(null)
        .Concat(MinThroughput?.PerMinute?.Select(m => Least("requests_per_minute", m.Key, m.Value)) ?? [])
        .Concat(Operations?.SelectMany(o => o.Value.Own(o.Key)) ?? [])
        .Concat(Expressions?.Select(e => CriterionExpression.TryParse(e, out var criterion, out _) ? criterion : null).OfType<Criterion>() ?? []);

    /// <summary>Reads criteria; what is not given takes its default. Everything wrong is noted in the node's errors.</summary>
    public static SuccessCriteria Read(DocumentNode? node)
    {
        if (node is null)
            return Default;
        var read = ReadOwn(node);
        var criteria = read with
        {
            MaxAvgResponseTime = read.MaxAvgResponseTime ?? Default.MaxAvgResponseTime,
            MaxP95ResponseTime = read.MaxP95ResponseTime ?? Default.MaxP95ResponseTime,
            MaxErrorRate = read.MaxErrorRate ?? Default.MaxErrorRate,
            MinThroughput = read.MinThroughput ?? Default.MinThroughput,
            Operations = ReadOperations(node),
            Expressions = ReadExpressions(node),
        };
        node.RefuseUnknown();
        return criteria;
    }

    private IEnumerable<Criterion> Own(string? operation)
    {
        Criterion?[] own =
        [
            Most("avg_response_time", operation, MaxAvgResponseTime),
            Most("p95_response_time", operation, MaxP95ResponseTime),
            Most("p99_response_time", operation, MaxP99ResponseTime),
            Most("error_rate", operation, MaxErrorRate),
            Most("check_failure_rate", operation, MaxCheckFailureRate),
            MinThroughput is { PerSecond: > 0 } floor ? Least("throughput_rps", operation, floor.PerSecond) : null,
        ];
        return own.OfType<Criterion>();
    }

    private static Criterion? Most(string metric, string? operation, double? limit) =>
        limit is { } most ? new Criterion(metric, operation, Comparison.AtMost, most) : null;

    private static Criterion Least(string metric, string? operation, double limit) => new(metric, operation, Comparison.AtLeast, limit);

    private static SuccessCriteria ReadOwn(DocumentNode node) => new()
    {
        MaxAvgResponseTime = node.Number("max_avg_response_time", 0, LongestMs),
        MaxP95ResponseTime = node.Number("max_p95_response_time", 0, LongestMs),
        MaxP99ResponseTime = node.Number("max_p99_response_time", 0, LongestMs),
        MaxErrorRate = node.Number("max_error_rate", 0, 50),
        MaxCheckFailureRate = node.Number("max_check_failure_rate", 0, 100),
        MinThroughput = ThroughputFloor.Read(node, "min_throughput"),
    };

    private static Dictionary<string, SuccessCriteria>? ReadOperations(DocumentNode node)
    {
        var all = new Dictionary<string, SuccessCriteria>();
        foreach (var (operation, map) in node.Map("operations"))
        {
            if (map.Object(operation) is not { } members)
                continue;
            all[operation] = ReadOwn(members);
            members.RefuseUnknown();
        }

        return all.Count == 0 ? null : all;
    }

    private static List<string>? ReadExpressions(DocumentNode node)
    {
        var all = node.Texts("expressions", 100, 500).ToList();
        for (var i = 0; i < all.Count; i++)
        {
            if (!CriterionExpression.TryParse(all[i], out _, out var error))
                node.Error($"expressions[{i}]", error);
        }

        return all.Count == 0 ? null : all;
    }
}

/// <summary>Writes the floor as a number, or as a map when it is by operation.</summary>
internal sealed class ThroughputFloorConverter : JsonConverter<ThroughputFloor>
{
    public override ThroughputFloor Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number
            ? new ThroughputFloor(reader.GetDouble())
            : new ThroughputFloor(0, JsonSerializer.Deserialize<Dictionary<string, double>>(ref reader, options));

    public override void Write(Utf8JsonWriter writer, ThroughputFloor value, JsonSerializerOptions options)
    {
        if (value.PerMinute is { } byOperation)
            JsonSerializer.Serialize(writer, byOperation, options);
        else
            writer.WriteNumberValue(value.PerSecond);
    }
}
