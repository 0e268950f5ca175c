using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

public sealed class FakeDataTests
{
    private static readonly PlanData Data = new(
        PlanFile.Parse("name: x\nscenario_config: { scenarios: [ { name: s, user_journey: [ { path: / } ] } ] }"), new Dictionary<string, string>(), ShardShare.Whole);

    public static TheoryData<string> Functions => [.. TemplateFunctions.Names.Where(n => n.StartsWith("fake.", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Functions))]
    public void Every_function_makes_text_up_and_each_user_meets_the_same_again(string function)
    {
        var first = Drawn("{{" + function + "}}", users: 20);

        Assert.All(first, Assert.NotEmpty);
        Assert.True(first.Distinct().Count() > 10, string.Join(", ", first));
        Assert.Equal(first, Drawn("{{" + function + "}}", users: 20));
    }

    [Fact]
    public void Nobody_real_gets_mail_or_is_called()
    {
        Assert.All(Drawn("{{fake.email}}", users: 100), mail => Assert.Matches(@"@example\.(com|org|net)$", mail));
        Assert.All(Drawn("{{fake.phone}}", users: 100), phone => Assert.Matches(@"^\(2\d\d\) 555-01\d\d$", phone));
    }

    [Fact]
    public void Dates_lie_between_those_given()
    {
        var drawn = Drawn("{{fake.date('2030-05-30','2030-06-02')}}", users: 100);

        Assert.Equal(["2030-05-30", "2030-05-31", "2030-06-01", "2030-06-02"], drawn.Distinct().Order());
    }

    private static string[] Drawn(string template, int users)
    {
        var compiled = new CompiledTemplate.Builder(Data, "s").AddTemplate(template, Escaping.None).Build();
        return [.. VirtualRun.UsersOf(new TestPlan { Name = "x", MaxVirtualUsers = users }).Select(compiled.TextFor)];
    }
}
