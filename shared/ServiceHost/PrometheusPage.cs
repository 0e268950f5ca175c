using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Loadstone.ServiceHost;

/// <summary>
/// <c>/metrics</c>: every instrument of this process in the text format of Prometheus (exposition format 0.0.4), with names made as the
/// OpenTelemetry specification says (dots become underscores, then the unit, then <c>_total</c> for what only rises).
/// </summary>
public static class PrometheusPage
{
    private const string PoolName = "db.client.connection.pool.name";
    private const int LongestMs = 2000;
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    internal static void AddPrometheusPage(this IServiceCollection services, ResourceBuilder resource, string[] meters) =>
        services.AddSingleton(_ => new Reader(resource, meters));

    /// <summary>Answers with the instruments as they stand.</summary>
    public static IResult Answer(HttpContext http) => Results.Text(http.RequestServices.GetRequiredService<Reader>().Read(), ContentType);

    internal static void MapPrometheusPage(this WebApplication app)
    {
        // Instruments count from the start, whoever looks first.
        _ = app.Services.GetRequiredService<Reader>();
        app.MapGet("/metrics", Answer);
    }

    private sealed class Reader : IDisposable
    {
        private readonly Exporter _exporter = new();
        private readonly MeterProvider _provider;
        private readonly Lock _lock = new();

        public Reader(ResourceBuilder resource, string[] meters) => _provider =
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(meters).AddReader(new BaseExportingMetricReader(_exporter)).Build();

        public string Read()
        {
            lock (_lock)
            {
                _exporter.Collect!(LongestMs);
                return _exporter.Text;
            }
        }

        public void Dispose() => _provider.Dispose();
    }

    [ExportModes(ExportModes.Pull)]
    private sealed class Exporter : BaseExporter<Metric>, IPullMetricExporter
    {
        public string Text { get; private set; } = "";

        // Set by the reader; nothing is collected in any other way.
        public Func<int, bool>? Collect { get; set; }

        public override ExportResult Export(in Batch<Metric> batch)
        {
            var text = new StringBuilder();
            foreach (var metric in batch)
                Write(text, metric);
            Text = text.ToString();
            return ExportResult.Success;
        }
    }

    private static void Write(StringBuilder text, Metric metric)
    {
        var isSum = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
        var name = NameOf(metric.Name, metric.Unit, isSum);
        var type = isSum ? "counter" : metric.MetricType == MetricType.Histogram ? "histogram" : "gauge";
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {metric.Description.Replace("\\", "\\\\", StringComparison.Ordinal).ReplaceLineEndings(" ")}\n# TYPE {name} {type}\n");
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = LabelsOf(point.Tags);
            if (metric.MetricType == MetricType.Histogram)
                WriteHistogram(text, name, labels, point);
            else
                Line(text, name, labels, ValueOf(metric.MetricType, point));
        }
    }

    private static void WriteHistogram(StringBuilder text, string name, string labels, in MetricPoint point)
    {
        var count = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            Line(text, name + "_bucket", $"{labels}{(labels.Length > 0 ? "," : "")}le=\"{(double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : Number(bucket.ExplicitBound))}\"", count);
        }

        Line(text, name + "_sum", labels, point.GetHistogramSum());
        Line(text, name + "_count", labels, point.GetHistogramCount());
    }

    private static double ValueOf(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
        MetricType.LongGauge => point.GetGaugeLastValueLong(),
        _ => point.GetGaugeLastValueDouble(),
    };

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append(labels.Length > 0 ? $"{{{labels}}}" : "").Append(' ').Append(Number(value)).Append('\n');

    private static string LabelsOf(ReadOnlyTagCollection tags)
    {
        var labels = new List<string>();
        foreach (var (name, value) in tags)
            labels.Add($"{Plain(name)}=\"{Convert.ToString(Shown(name, value), CultureInfo.InvariantCulture)?.Replace("\\", "\\\\").Replace("\"", "\\\"").ReplaceLineEndings("\\n")}\"");
        return string.Join(',', labels);
    }

    // Of an error the type's own name says enough.
    private static object? Shown(string name, object? value) => name switch
    {
        PoolName => NameOfPool(value),
        "error.type" => value?.ToString()?.Split('.')[^1],
        _ => value,
    };

    // Npgsql calls a pool by its whole connection string, which is nobody's business who looks at figures.
    private static string? NameOfPool(object? connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString?.ToString()).ApplicationName;
        }
        catch (ArgumentException)
        {
            return "database";
        }
    }

    internal static string NameOf(string name, string unit, bool isSum)
    {
        var suffix = unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            "%" => "_percent",
            _ => "",
        };
        var plain = Plain(name);
        return (plain.EndsWith(suffix, StringComparison.Ordinal) ? plain : plain + suffix) + (isSum ? "_total" : "");
    }

    private static string Plain(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
