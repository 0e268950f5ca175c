using System.Text;

namespace Loadstone.SampleTarget;

/// <summary>Monthly figures by kind, as JSON or CSV.</summary>
internal static class Reports
{
    private static readonly string[] Kinds = ["budget", "guests", "suppliers", "payments", "bookings"];

    public static void MapReports(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/reports", () => Answer.Json(Kinds));
        routes.MapGet("/api/reports/{kind}", (string kind) => Kinds.Contains(kind) ? Answer.Json(Of(kind)) : NoSuchReport());
        routes.MapGet("/api/reports/{kind}/export", (string kind) =>
            Kinds.Contains(kind) ? new BytesAnswer("text/csv", Csv(Of(kind))) : NoSuchReport());
    }

    private static IResult NoSuchReport() => Answer.NotFound($"such report; there are {string.Join(", ", Kinds)}");

    private static Report Of(string kind)
    {
        var rows = Enumerable.Range(1, 12).Select(month => new ReportRow($"2030-{month:00}", kind.Length * month * 10, kind.Length * month * 137 % 9_000));
        return new Report(kind, [.. rows]);
    }

    private static byte[] Csv(Report report) =>
        Encoding.UTF8.GetBytes("month,count,amount\n" + string.Concat(report.Rows.Select(row => $"{row.Month},{row.Count},{row.Amount}\n")));
}

internal sealed record Report(string Kind, ReportRow[] Rows);

internal sealed record ReportRow(string Month, int Count, int Amount);
