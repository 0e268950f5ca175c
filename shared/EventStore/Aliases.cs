using System.Text.RegularExpressions;

namespace Loadstone.EventStore;

/// <summary>The names Marten gives to types and members in the database.</summary>
internal static partial class Aliases
{
    /// <summary>AccountOpened is account_opened, HTTPRequest2Sent is http_request_2_sent; generic types keep their code form.</summary>
    public static string ForEvent(Type type) => type.IsGenericType ? CodeForm(type) : SnakeCase(type.Name);

    /// <summary>AccountSummary is accountsummary, Outer.Inner is outer_inner.</summary>
    public static string ForDocument(Type type)
    {
        if (type.IsGenericType)
            throw new NotSupportedException($"{type} is generic; documents of generic types are not supported");
        var name = type.DeclaringType is { } outer ? $"{outer.Name}_{type.Name}" : type.Name;
        return name.ToLowerInvariant();
    }

    public static string SnakeCase(string name)
    {
        var words = WordStart().Replace(AcronymEnd().Replace(name, "${before} ${after}"), "${before} ${after}");
        return words.ToLowerInvariant().Replace(' ', '_');
    }

    private static string CodeForm(Type type)
    {
        if (!type.IsGenericType)
            return type.Name;
        var name = type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(CodeForm))}>";
    }

    [GeneratedRegex(@"(?<before>\P{Ll})(?<after>\P{Ll}\p{Ll})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AcronymEnd();

    [GeneratedRegex(@"(?<before>\p{Ll})(?<after>\P{Ll})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordStart();
}
