using FsCheck;
using FsCheck.Fluent;

namespace Loadstone.Plans.Tests;

/// <summary>A load that is spread over regions, to the user (requirements R5.4).</summary>
public sealed class RegionTests
{
    // Shares of one to four regions, and workers for them.
    private static readonly Gen<TestPlan> AnyPlan =
        from shares in Gen.Choose(1, 100).NonEmptyListOf().Where(all => all.Count <= 4)
        from more in Gen.Choose(0, 6)
        from users in Gen.Choose(1, 300)
        select new TestPlan
        {
            Name = "x",
            MaxVirtualUsers = users,
            LoadPattern = new ConstantLoad(),
            WorkerCount = shares.Count + more,
            Regions = shares.Select((share, i) => ($"r{i}", share)).ToDictionary(r => r.Item1, r => r.share),
        };

    [Fact]
    public void Every_user_is_made_by_exactly_one_worker() => Check(plan =>
    {
        var shares = RegionShares.Of(plan);
        return shares.Count == plan.WorkerCount && shares.Sum(s => s.Share.CountOf(plan.MaxVirtualUsers)) == plan.MaxVirtualUsers
            && Enumerable.Range(0, plan.MaxVirtualUsers).All(n => shares.Count(s => s.Share.Has(n)) == 1);
    });

    [Fact]
    public void A_region_has_its_share_of_any_whole_number_of_rounds_exactly() => Check(plan =>
    {
        var (shares, whole) = (RegionShares.Of(plan), plan.Regions!.Values.Sum());
        var rounds = 7L * shares[0].Share.Of;
        return plan.Regions!.All(r => shares.Where(s => s.Region == r.Key).Sum(s => s.Share.CountOf(rounds)) * whole == rounds * r.Value);
    });

    [Fact]
    public void Workers_of_one_region_share_alike_and_none_is_without() => Check(plan =>
        RegionShares.Of(plan).GroupBy(s => s.Region).All(g => g.Any() && g.Select(s => s.Share.Width).Distinct().Count() == 1));

    [Fact]
    public void A_things_number_and_its_place_in_a_share_lead_to_one_another() => Check(plan =>
        RegionShares.Of(plan).All(s => Enumerable.Range(0, 200).All(place => s.Share.Has(s.Share.NumberAt(place)) && s.Share.PlaceOf(s.Share.NumberAt(place)) == place)));

    [Fact]
    public void Sixty_to_forty_on_three_workers_is_three_three_and_four_of_ten() => Assert.Equal(
        [new WorkerShare(new ShardShare(0, 10, 3), "eu"), new WorkerShare(new ShardShare(3, 10, 3), "eu"), new WorkerShare(new ShardShare(6, 10, 4), "us")],
        RegionShares.Of(Read("regions: { eu: 60, us: 40 }\nworker_count: 3")));

    [Fact]
    public void A_plan_with_regions_has_a_worker_for_each_unless_it_says_more() =>
        Assert.Equal((2, 60), (Read("regions: { eu: 60, us: 40 }").WorkerCount, Read("regions: { eu: 60, us: 40 }").Regions!["eu"]));

    [Theory]
    [InlineData("regions: { eu: 60, us: 40 }\nworker_count: 1", "worker_count: must be at least 2, one for each region")]
    [InlineData("regions: { eu: 0 }", "regions.eu: must be a whole number between 1 and 1000")]
    public void Regions_that_cannot_be_are_refused_by_name(string members, string error) =>
        Assert.Contains(error, Assert.Throws<InvalidPlanException>(() => Read(members)).Message);

    private static TestPlan Read(string members) => PlanFile.Parse($"name: x\n{members}");

    private static void Check(Func<TestPlan, bool> holds) => Prop.ForAll(AnyPlan.ToArbitrary(), holds).QuickCheckThrowOnFailure();
}
