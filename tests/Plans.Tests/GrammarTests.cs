namespace Loadstone.Plans.Tests;

public sealed class GrammarTests
{
    [Fact]
    public void A_template_is_text_and_expressions()
    {
        Assert.True(Template.TryParse("/a?page={{ random.int(1, 9) }}&u={{users.email}}", out var template, out _));

        Assert.Equal(["/a?page=", null, "&u=", null], template.Parts.Select(p => p.Literal));
        Assert.Equal(["random.int", "users.email"], template.Expressions.Select(e => e.Name));
    }

    [Theory]
    [InlineData("{{open", "has {{ without }}")]
    [InlineData("{{}}", "has an expression that cannot be read: {{}}")]
    [InlineData("{{a b}}", "has an expression that cannot be read: {{a b}}")]
    [InlineData("{{random.int(1,}}", "has an expression that cannot be read: {{random.int(1,}}")]
    [InlineData("{{now.soon()}}", "calls the unknown function now.soon; there are now.iso, now.unix_ms")]
    [InlineData("{{fake.date('2030-01-01')}}", "calls fake.date with something else than two quoted dates")]
    [InlineData("{{fake.date('2030-01-01','31.12.2030')}}", "calls fake.date with a date that is not like '2027-05-31'")]
    [InlineData("{{fake.date('2030-01-02','2030-01-01')}}", "calls fake.date with the later date first")]
    [InlineData("{{fake.name(5)}}", "calls fake.name with 1 arguments")]
    [InlineData("{{random.int(9,1)}}", "calls random.int with the larger number first")]
    [InlineData("{{random.int(1)}}", "calls random.int with 1 arguments")]
    public void A_template_that_cannot_be_read_says_why(string text, string expected)
    {
        Assert.False(Template.TryParse(text, out _, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void A_function_nobody_knows_is_refused_with_those_there_are()
    {
        Assert.False(Template.TryParse("{{explode()}}", out _, out var any));
        Assert.False(Template.TryParse("{{fake.unicorn}}", out _, out var fake));

        Assert.StartsWith("calls the unknown function explode; there are random.int, random.text, random.uuid, pick, now.iso, now.unix_ms, fake.name", any);
        Assert.StartsWith("calls the unknown function fake.unicorn; there are fake.name, fake.first_name", fake);
    }

    [Fact]
    public void Made_up_data_needs_no_parentheses()
    {
        Assert.True(Template.TryParse("{{fake.name}} {{fake.name()}}", out var template, out _));

        Assert.All(template.Expressions, e => Assert.Empty(e.Arguments!));
    }

    [Theory]
    [InlineData("$.token")]
    [InlineData("$['a name'][0].id")]
    [InlineData("$.items[-1]")]
    [InlineData("$")]
    public void A_path_to_one_value_is_read(string text) => Assert.True(JsonPath.TryParse(text, out _));

    [Theory]
    [InlineData("token")]
    [InlineData("$.items[*]")]
    [InlineData("$..id")]
    [InlineData("$.items[?(@.a)]")]
    [InlineData("$.items[0")]
    public void A_path_to_many_values_is_refused(string text) => Assert.False(JsonPath.TryParse(text, out _));

    [Theory]
    [InlineData("p(95)<500", "p95_response_time", null, Comparison.Below, 500)]
    [InlineData("http_req_duration: p(99.9) <= 2000", "p99.9_response_time", null, Comparison.AtMost, 2000)]
    [InlineData("p(99) of 'checkout' < 1500", "p99_response_time", "checkout", Comparison.Below, 1500)]
    [InlineData("rate<0.01", "error_rate", null, Comparison.Below, 1)]
    [InlineData("errors: rate < 0.05", "error_rate", null, Comparison.Below, 5)]
    [InlineData("checks: rate > 0.95", "check_pass_rate", null, Comparison.Above, 95)]
    [InlineData("http_reqs: rate >= 50", "throughput_rps", null, Comparison.AtLeast, 50)]
    [InlineData("dropped_iterations: count == 0", "dropped_iterations", null, Comparison.Exactly, 0)]
    [InlineData("error_rate < 2", "error_rate", null, Comparison.Below, 2)]
    [InlineData("p95_response_time <= 300", "p95_response_time", null, Comparison.AtMost, 300)]
    [InlineData("med < 100", "p50_response_time", null, Comparison.Below, 100)]
    [InlineData("requests_per_second > 1000", "throughput_rps", null, Comparison.Above, 1000)]
    [InlineData("recovery_time <= 30", "recovery_time", null, Comparison.AtMost, 30)]
    [InlineData("cpu_usage < 80", "custom.avg.cpu_usage", null, Comparison.Below, 80)]
    [InlineData("max queue_length < 5", "custom.max.queue_length", null, Comparison.Below, 5)]
    [InlineData("min metric 'free slots' > 0", "custom.min.free slots", null, Comparison.Above, 0)]
    [InlineData("p(95) of 'wait while busy' < 80", "p95_response_time", "wait while busy", Comparison.Below, 80)]
    public void An_expression_is_a_criterion(string text, string metric, string? operation, Comparison comparison, double limit)
    {
        Assert.True(CriterionExpression.TryParse(text, out var criterion, out var error), error);

        Assert.Equal((metric, operation, comparison), (criterion.Metric, criterion.Operation, criterion.Comparison));
        Assert.Equal(limit, criterion.Limit, 9);
    }

    [Fact]
    public void An_expression_names_the_seconds_that_count()
    {
        Assert.True(CriterionExpression.TryParse("cpu_usage < 80 while requests_per_second > 1000", out var criterion, out _));
        Assert.True(CriterionExpression.TryParse("p(95) of 'buy' in 'peak 1' < 800", out var phased, out _));

        Assert.Equal(("custom.avg.cpu_usage", 80.0, "cpu_usage < 80 while requests_per_second > 1000"), (criterion.Metric, criterion.Limit, criterion.Title));
        Assert.Equal(("throughput_rps", Comparison.Above, 1000.0), (criterion.While!.Metric, criterion.While.Comparison, criterion.While.Limit));
        Assert.Equal(("buy", "peak 1", true), (phased.Operation, phased.Phase, phased.NeedsSeconds));
        Assert.True(criterion.Counts(null, (metric, _) => metric == "throughput_rps" ? 1001 : null));
        Assert.False(criterion.Counts(null, (metric, _) => metric == "throughput_rps" ? 1000 : null));
        Assert.False(phased.Counts("warm-up", (_, _) => 1));
    }

    [Theory]
    [InlineData("p(95) < 5 while")]
    [InlineData("p(95) < 5 while fast")]
    [InlineData("p(95) < 5 while recovery_time < 3")]
    [InlineData("p(95) < 5 while p(95) in 'peak' < 3")]
    [InlineData("p(95) < 5 while p(95) < 4 while p(95) < 3")]
    [InlineData("errors: cpu_usage < 5")]
    [InlineData("sum cpu_usage < 5")]
    [InlineData("p(95)")]
    [InlineData("p(101) < 5")]
    [InlineData("speed < 5")]
    [InlineData("checks: p(95) < 5")]
    [InlineData("p(95) < fast")]
    public void An_expression_that_means_nothing_is_refused(string text) => Assert.False(CriterionExpression.TryParse(text, out _, out _));
}
