using System.Net.Quic;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>A plan that cannot be run here, with the reason in one sentence.</summary>
public class PlanNotRunnableException(string reason) : Exception(reason);

/// <summary>A plan with a relative path, and no base URL for it to be relative to.</summary>
public sealed class NoTargetException(string reason) : PlanNotRunnableException(reason);

/// <summary>Everything templates draw from, with each name resolved once, before the run.</summary>
internal sealed class PlanData
{
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly Dictionary<string, UserFeeder> _feeders = [];
    private readonly Dictionary<string, UserProfile> _profiles;
    private readonly Dictionary<string, int> _slots = [];

    public PlanData(TestPlan plan, IReadOnlyDictionary<string, string> environment, ShardShare share)
    {
        _environment = environment;
        Http = Runnable(plan.ScenarioConfig.Http ?? new HttpSettings());
        _profiles = plan.ScenarioConfig.Scenarios.ToDictionary(s => s.Name, s => new UserProfile(s.Profile ?? BehaviourProfile.Default));
        foreach (var (name, feeder) in plan.ScenarioConfig.DataGeneration ?? new Dictionary<string, Feeder>())
        {
            if (feeder.Rows is not { Count: > 0 })
                throw new PlanNotRunnableException($"the data '{name}' has no rows here: its file {feeder.File} was not read");
            _feeders.Add(name, new UserFeeder(_feeders.Count, feeder, share));
            if (feeder.Mode == FeedMode.Unique && feeder.Rows.Count < plan.MaxVirtualUsers)
                throw new PlanNotRunnableException($"the data '{name}' has {feeder.Rows.Count} rows, too few for {plan.MaxVirtualUsers} users with a row of their own");
        }
    }

    /// <summary>How requests travel.</summary>
    public HttpSettings Http { get; }

    /// <summary>The feeders, each at its index.</summary>
    public IReadOnlyList<UserFeeder> Feeders => [.. _feeders.Values];

    /// <summary>How many variables a user has.</summary>
    public int Slots => _slots.Count;

    /// <summary>The place of a variable, made when first asked for.</summary>
    public int SlotOf(string scenario, string variable)
    {
        var key = $"{scenario}\n{variable}";
        if (!_slots.TryGetValue(key, out var slot))
            _slots.Add(key, slot = _slots.Count);
        return slot;
    }

    /// <summary>How the users of a scenario differ.</summary>
    public UserProfile ProfileOf(string scenario) => _profiles[scenario];

    /// <summary>The value an expression stands for.</summary>
    /// <exception cref="PlanNotRunnableException">Nothing gives a value of that name.</exception>
    public Value ValueOf(string scenario, TemplateExpression expression)
    {
        if (expression.Arguments is not null)
            return Value.Call(expression, this);
        var rest = expression.Name[expression.Root.Length..].TrimStart('.');
        if (_slots.TryGetValue($"{scenario}\n{expression.Name}", out var slot))
            return new Value.Variable(slot);
        return expression.Root switch
        {
            "env" => new Value.Constant(_environment.GetValueOrDefault(rest) ?? throw Missing(expression.Name)),
            "user" when rest is "index" => new Value.Number(user => user.Number + 1),
            "user" when rest is "iteration" => new Value.Number(user => user.Iteration),
            "profile" => ProfileOf(scenario).ValueOf(rest) ?? throw Missing(expression.Name),
            _ when _feeders.TryGetValue(expression.Root, out var feeder) => Fed(feeder, rest.Length == 0 ? Feeder.ValueColumn : rest, expression.Name),
            _ => throw Missing(expression.Name),
        };
    }

    /// <summary>The values of a list: a feeder with one column, or a variable of the environment, divided at its commas.</summary>
    public IEnumerable<string> ListOf(string name)
    {
        if (_feeders.TryGetValue(name, out var feeder))
            return feeder.HasOneColumn ? feeder.Values : throw new PlanNotRunnableException($"pick({name}) draws from data with several columns");
        var list = _environment.GetValueOrDefault(name.StartsWith("env.", StringComparison.Ordinal) ? name[4..] : name);
        return list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } values
            ? values
            : throw Missing(name);
    }

    private static HttpSettings Runnable(HttpSettings http) => http.Version == HttpProtocol.Http3 && !QuicConnection.IsSupported
        ? throw new PlanNotRunnableException("the plan asks for HTTP/3, and this machine has no QUIC library: install libmsquic")
        : http;

    private static Value.Fed Fed(UserFeeder feeder, string column, string name) => feeder.ColumnOf(column) is >= 0 and var place
        ? new Value.Fed(feeder, place)
        : throw Missing(name);

    private static PlanNotRunnableException Missing(string name) =>
        new($"the plan uses {name}, which neither its data nor the environment's variables give");
}
