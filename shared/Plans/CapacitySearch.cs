using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>What a step of a capacity search is for.</summary>
public enum SearchMove
{
    /// <summary>Twice the last rate, as long as nothing has broken.</summary>
    Climb,

    /// <summary>The lowest rate for a while, so that what piled up in a step that broke is worked off before the next.</summary>
    Rest,

    /// <summary>Between the largest rate that held and the smallest that broke.</summary>
    Bisect,

    /// <summary>The largest rate that held once more, for twice as long.</summary>
    Hold,
}

/// <summary>One step of a capacity search that is over.</summary>
/// <param name="Rate">Arrivals per second.</param>
/// <param name="Move">What it was for.</param>
/// <param name="Held">Whether every objective held.</param>
/// <param name="Why">What broke, with its figures; null when nothing did.</param>
/// <param name="FirstSecond">The first second that was judged, from the common start.</param>
/// <param name="LastSecond">The last.</param>
public sealed record SearchStep(double Rate, SearchMove Move, bool Held, string? Why, int FirstSecond, int LastSecond);

/// <summary>
/// The load of a capacity search (requirements R17.8): arrivals at a rate that doubles until an objective breaks, then halves the distance between
/// the largest rate that held and the smallest that broke, and at last holds the former for longer. All of it is a pure function of
/// the steps so far, so that any instance goes on where another ended.
/// </summary>
/// <param name="From">The first and lowest rate, in arrivals per second; above 0.</param>
/// <param name="To">The highest; above the first.</param>
/// <param name="Step">How long each step lasts, the two seconds it takes to settle included: 5 s to 10 min.</param>
/// <param name="Precision">How near the rate that broke must be to the one that held, in % of it: 1 to 50.</param>
/// <param name="Least">The run fails when the safe rate is below that; null when any will do.</param>
public sealed record CapacitySearch(
    double From, double To, [property: JsonConverter(typeof(DurationTextConverter))] TimeSpan Step, double Precision, double? Least = null) : LoadPattern
{
    /// <summary>The seconds at the start of each step that are not judged.</summary>
    public const int SettleSeconds = 2;

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(15);

    // The last stage takes no time and is never reached: it says how high the search may go, to whoever has to make room for it.
    /// <inheritdoc/>
    public override LoadShape Shape(LoadFrame frame) =>
        new(LoadUnit.ArrivalsPerSecond, From, [new Stage(frame.Duration, From), new Stage(TimeSpan.Zero, To)]);

    /// <summary>What comes after some steps; null when the search is over.</summary>
    public (double Rate, SearchMove Move)? Next(IReadOnlyList<SearchStep> steps)
    {
        if (steps.Count == 0)
            return (From, SearchMove.Climb);
        var (held, broken) = Bracket(steps);
        if (held == 0 || (steps[^1] is { Move: SearchMove.Hold, Held: true } && steps[^1].Rate.Equals(held)))
            return null;
        if (steps[^1] is { Held: false })
            return (From, SearchMove.Rest);
        if (broken is not { } limit)
            return held >= To ? (To, SearchMove.Hold) : (Math.Min(To, 2 * held), SearchMove.Climb);
        var middle = Rounded((held + limit) / 2);
        return 100 * (limit - held) <= Precision * limit || middle <= held || middle >= limit ? (held, SearchMove.Hold) : (middle, SearchMove.Bisect);
    }

    /// <summary>How long a step lasts at most, in whole seconds, the settling included. One that breaks at once, or a rest that has done its work, is cut short.</summary>
    public int LongestSecondsOf(SearchMove move) => (int)Step.TotalSeconds * move switch
    {
        SearchMove.Rest => 4,
        SearchMove.Hold => 2,
        _ => 1,
    };

    /// <summary>The largest rate that held below all that broke, 0 when none did; and the smallest that broke, null when none did.</summary>
    public static (double Held, double? Broken) Bracket(IReadOnlyList<SearchStep> steps)
    {
        var tried = steps.Where(s => s.Move != SearchMove.Rest).ToList();
        var broken = tried.Where(s => !s.Held).Select(s => (double?)s.Rate).Min();
        return (tried.Where(s => s.Held && !(s.Rate >= broken)).Select(s => s.Rate).DefaultIfEmpty(0).Max(), broken);
    }

    internal static CapacitySearch Read(DocumentNode node)
    {
        var search = new CapacitySearch(
            Required(node, "from", 1), Required(node, "to", 2), node.Seconds("step", TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10)) ?? Usual,
            node.Number("precision", 1, 50) ?? 10, node.Number("least", 0, 1_000_000));
        if (node.Has("from") && search.To <= search.From)
            node.Error("to", "must be above from");
        return search;
    }

    private static double Required(DocumentNode node, string name, double otherwise)
    {
        if (!node.Has(name))
            node.Error(name, "is required");
        return node.Number(name, 0.1, 1_000_000) ?? otherwise;
    }

    // To three digits: nobody reads more of a rate.
    private static double Rounded(double rate)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(rate)) - 2);
        return Math.Round(Math.Round(rate / unit) * unit, 6);
    }
}
