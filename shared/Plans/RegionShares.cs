namespace Loadstone.Plans;

/// <summary>What one worker of a run makes, and where it must stand.</summary>
/// <param name="Share">The part of the run.</param>
/// <param name="Region">The worker's region; null for any.</param>
public readonly record struct WorkerShare(ShardShare Share, string? Region);

/// <summary>How a plan's load is spread over its workers.</summary>
public static class RegionShares
{
    /// <summary>
    /// One share for each worker. Without regions they are equal. With regions each has as many workers as its share is worth, one at the
    /// least (largest remainders first), and these make its share in equal parts, to the user.
    /// </summary>
    public static IReadOnlyList<WorkerShare> Of(TestPlan plan)
    {
        if (plan.Regions is not { Count: > 0 } regions)
            return [.. Enumerable.Range(0, plan.WorkerCount).Select(i => new WorkerShare(new ShardShare(i, plan.WorkerCount), null))];
        // In an order that storing it does not change, so that a run can be made again.
        var byName = regions.OrderBy(r => r.Key, StringComparer.Ordinal).ToList();
        var workers = WorkersOf(byName, plan.WorkerCount);
        var parts = workers.Values.Aggregate(1, LeastCommonMultiple);
        var widths = byName.SelectMany(r => Enumerable.Repeat((Region: r.Key, Width: r.Value * (parts / workers[r.Key])), workers[r.Key])).ToList();
        var unit = widths.Select(w => w.Width).Aggregate(GreatestCommonDivisor);
        var (shares, index, all) = (new List<WorkerShare>(), 0, widths.Sum(w => w.Width) / unit);
        foreach (var (region, width) in widths.Select(w => (w.Region, w.Width / unit)))
        {
            shares.Add(new WorkerShare(new ShardShare(index, all, width), region));
            index += width;
        }

        return shares;
    }

    // The worker more goes to the region whose workers have the most to do each.
    private static Dictionary<string, int> WorkersOf(IReadOnlyList<KeyValuePair<string, int>> regions, int count)
    {
        var workers = regions.ToDictionary(r => r.Key, _ => 1);
        for (var given = workers.Count; given < count; given++)
            workers[regions.MaxBy(r => (double)r.Value / workers[r.Key]).Key]++;
        return workers;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);

    private static int LeastCommonMultiple(int a, int b) => a / GreatestCommonDivisor(a, b) * b;
}
