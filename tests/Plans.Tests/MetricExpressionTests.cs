namespace Loadstone.Plans.Tests;

/// <summary>Numbers made of the series of a page of metrics.</summary>
public sealed class MetricExpressionTests
{
    [Theory]
    [InlineData("a", 8)]
    [InlineData("2 * a + b", 18)]
    [InlineData("a - b - 1", 5)]
    [InlineData("a / b / 2", 2)]
    [InlineData("100*(1-b/a)", 75)]
    [InlineData("0.5 * (a + (b))", 5)]
    public void Terms_come_before_sums_and_all_is_read_from_the_left(string text, double expected) =>
        Assert.Equal(expected, MetricExpression.Parse(text).Evaluate(s => s.Name == "a" ? 8 : 2));

    [Fact]
    public void What_divides_by_nothing_or_lacks_a_series_has_no_value()
    {
        Assert.Null(MetricExpression.Parse("a / b").Evaluate(_ => 0));
        Assert.Null(MetricExpression.Parse("a + b").Evaluate(s => s.Name == "a" ? 1 : null));
    }

    [Theory]
    [InlineData("m", true)]
    [InlineData("m{}", true)]
    [InlineData("""m{mode="idle"}""", true)]
    [InlineData("""m{mode="id"}""", false)]
    [InlineData("""m{mode=~"id.*|user"}""", true)]
    [InlineData("""m{mode=~"id"}""", false)]
    [InlineData("""m{mode!="user", cpu!~"1|2",}""", true)]
    [InlineData("""m{host=""}""", true)]
    public void Labels_have_to_fit_whole(string text, bool fits)
    {
        var selector = Assert.Single(MetricExpression.Parse(text).Series);
        Assert.Equal(fits, selector.Selects(new Dictionary<string, string> { ["mode"] = "idle", ["cpu"] = "0" }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 +")]
    [InlineData("(a")]
    [InlineData("a b")]
    [InlineData("a)")]
    [InlineData("1.2.3")]
    [InlineData("rate(a[5m])")]
    [InlineData("m{mode}")]
    [InlineData("""m{mode="idle""")]
    [InlineData("""m{mode=="idle"}""")]
    [InlineData("""m{mode!"idle"}""")]
    [InlineData("""m{mode=~"("}""")]
    [InlineData("""m{mode=~"(a)\1"}""")]
    public void What_is_no_expression_is_refused_in_a_sentence_with_an_example(string text)
    {
        Assert.False(MetricExpression.TryParse(text, out _, out var error));
        Assert.Contains("it must be like", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_others_would_take_for_ever_over_takes_no_time()
    {
        var matcher = MetricExpression.Parse("""m{a=~"(x+x+)+y"}""").Series[0].Matchers[0];
        Assert.False(matcher.Fits(new string('x', 20_000)));
    }

    [Fact]
    public void However_deep_it_is_an_expression_is_bounded() =>
        Assert.False(MetricExpression.TryParse(new string('(', 100_000), out _, out _));
}
