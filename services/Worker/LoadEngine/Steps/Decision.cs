using System.Text.RegularExpressions;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Steps;

/// <summary>What decides whether steps are done, ready to be asked for any user.</summary>
internal static class Decision
{
    public static Func<VirtualUser, bool> ByChance(Probability probability, UserProfile profile)
    {
        var chance = probability.Own is { } own ? profile.ChanceOf(own) : probability.Value;
        return user => user.Random.Fraction() < chance;
    }

    public static Func<VirtualUser, bool> When(Condition condition, PlanData data, string scenario)
    {
        var value = Compiled("{{" + condition.Variable + "}}");
        if (condition.Matches is { } pattern)
            return Matches(value, new Regex(pattern, RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1)));
        if (condition.EqualTo is { } text)
            return Equal(value, Compiled(text));
        return user => value.TextFor(user).Length > 0 == condition.Exists;

        CompiledTemplate Compiled(string template) => new CompiledTemplate.Builder(data, scenario).AddTemplate(template, Escaping.None).Build();
    }

    private static Func<VirtualUser, bool> Matches(CompiledTemplate value, Regex pattern) => user => pattern.IsMatch(value.TextFor(user));

    private static Func<VirtualUser, bool> Equal(CompiledTemplate value, CompiledTemplate expected) => user => value.TextFor(user) == expected.TextFor(user);
}
