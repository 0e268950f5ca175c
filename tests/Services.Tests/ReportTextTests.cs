using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using Loadstone.Analysis;
using Loadstone.Analysis.Reports;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Services.Tests;

/// <summary>Reports for other tools.</summary>
public sealed class ReportTextTests
{
    [Fact]
    public void JUnit_has_a_test_case_for_each_criterion_and_a_failure_for_each_that_does_not_hold()
    {
        var suite = XDocument.Parse(ReportText.JUnit(Of("nightly", "list", failed: 30))).Root!.Element("testsuite")!;

        Assert.Equal(("nightly", "3", "1", "0"), (Text(suite, "name"), Text(suite, "tests"), Text(suite, "failures"), Text(suite, "errors")));
        var failed = suite.Elements("testcase").Single(c => c.Element("failure") is not null);
        Assert.StartsWith("error_rate", Text(failed, "name"));
        Assert.Equal("30", Text(failed.Element("failure")!, "message"));
    }

    [Fact]
    public void A_measurement_that_is_not_to_be_trusted_is_an_error_in_JUnit()
    {
        var suite = XDocument.Parse(ReportText.JUnit(Of("nightly", "list", gap: "a worker was lost"))).Root!.Element("testsuite")!;

        Assert.Equal("a worker was lost", Text(suite.Elements("testcase").Single(c => c.Element("error") is not null).Element("error")!, "message"));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(30, null)]
    [InlineData(0, "a worker was lost")]
    public void JUnit_is_accepted_by_the_strictest_schema_in_use(long failed, string? gap)
    {
        var schemas = new XmlSchemaSet();
        using var schema = XmlReader.Create(Path.Combine(AppContext.BaseDirectory, "junit.xsd"));
        schemas.Add(null, schema);
        var errors = new List<string>();

        XDocument.Parse(ReportText.JUnit(Of("nightly", "list", failed, gap))).Validate(schemas, (_, e) => errors.Add(e.Message));

        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("</testsuite>\"'&\u0001")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("[x](javascript:alert(1)) | `a` ![y](z)")]
    [InlineData("=HYPERLINK(\"http://x\")")]
    [InlineData("a,b\r\nc\"d")]
    public void No_text_of_a_plan_becomes_markup_or_a_formula(string text)
    {
        var report = Of(text, text);

        Assert.Equal(new string([.. text.Where(c => c != '\u0001')]), Text(XDocument.Parse(ReportText.JUnit(report)).Root!.Element("testsuite")!, "name"), ignoreLineEndingDifferences: true, ignoreAllWhiteSpace: true);
        var markdown = ReportText.Markdown(report);
        Assert.DoesNotContain("<", markdown);
        Assert.DoesNotContain("[x](", markdown);
        Assert.Equal(10, markdown.Split('\n').Single(line => line.EndsWith(" 100 |", StringComparison.Ordinal)).Replace("\\|", "", StringComparison.Ordinal).Split('|').Length);
        Assert.DoesNotContain("\n=", ReportText.Csv(report));
        Assert.StartsWith(text[0] is '=' ? "\"'=HYPERLINK(" : text.IndexOfAny([',', '"']) >= 0 ? "\"" : text[..1], ReportText.Csv(report).Split("\r\n", 2)[1]);
    }

    private static string Text(XElement element, string name) => element.Attribute(name)!.Value;

    private static RunReport Of(string name, string operation, long failed = 0, string? gap = null)
    {
        var requests = new OperationWindow { Scenario = name, Operation = operation, Sent = 100, Ok = 100 - failed, Failed = failed };
        for (var i = 0; i < 100; i++)
            requests.Response.Record(5_000_000);
        var total = new MetricWindow { Seconds = 1, Operations = [requests] };
        var run = new RunToJudge(Guid.NewGuid(), Guid.NewGuid(), name, new TestPlan { Name = name, Environment = name }, name, "me", DateTimeOffset.UnixEpoch);
        var measured = new RunMeasurements(run.Id, total, gap is null ? [] : [gap], [], [total]);
        return RunReport.Of(run, measured, Judgement.Decide(run, measured, [], DateTimeOffset.UnixEpoch));
    }
}
