using System.Reflection;
using Loadstone.Client;
using Loadstone.Gateway.Api;
using RestEase;

namespace Loadstone.Services.Tests;

/// <summary>The typed client can ask for all that the documents describe, and for nothing else.</summary>
public sealed class ClientTests
{
    private static readonly ApiDocument Document = ApiDocument.Load();

    private static readonly ILookup<(string Method, string Path), MethodInfo> Calls = typeof(ILoadstoneApi).GetMethods()
        .Where(m => m.GetCustomAttribute<RequestAttribute>() is not null)
        .ToLookup(m => (m.GetCustomAttribute<RequestAttribute>()!.Method.Method, "/" + m.GetCustomAttribute<RequestAttribute>()!.Path));

    [Fact]
    public void Every_operation_has_a_call() => Assert.Empty(Document.Operations.Where(o => !Calls.Contains((o.Method, o.Path))).Select(o => $"{o.Id}: {o.Method} {o.Path}"));

    [Fact]
    public void Every_call_is_an_operation() =>
        Assert.Empty(Calls.Where(c => !Document.Operations.Any(o => (o.Method, o.Path) == c.Key)).Select(c => $"{c.Key.Method} {c.Key.Path}, {c.First().Name}"));

    // A call takes a parameter by its name, or any by a map; one that takes a whole file says the rest in the query.
    [Fact]
    public void Every_parameter_of_an_operation_can_be_given_and_no_other()
    {
        var complaints = new List<string>();
        foreach (var operation in Document.Operations)
        {
            var calls = Calls[(operation.Method, operation.Path)].ToList();
            var given = calls.SelectMany(NamesOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var known = ParametersOf(operation).ToHashSet(StringComparer.OrdinalIgnoreCase);
            complaints.AddRange(given.Except(known, StringComparer.OrdinalIgnoreCase).Select(name => $"{operation.Id} takes no {name}"));
            if (!calls.SelectMany(c => c.GetParameters()).Any(p => p.GetCustomAttribute<QueryMapAttribute>() is not null))
                complaints.AddRange(known.Except(given, StringComparer.OrdinalIgnoreCase).Select(name => $"{operation.Id} cannot be given its {name}"));
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public void A_call_has_a_body_just_when_its_operation_has_one() => Assert.All(Document.Operations, operation => Assert.All(
        Calls[(operation.Method, operation.Path)], call => Assert.Equal(JsonOf(operation)["requestBody"] is not null, call.GetParameters().Any(p => p.GetCustomAttribute<BodyAttribute>() is not null))));

    [Fact]
    public void The_command_line_calls_by_the_client_alone() => Assert.All(
        Directory.GetFiles(Path.Combine(Loadstone.Local.StateFolder.FindClone(), "gateway", "Cli"), "*.cs"), file => Assert.DoesNotContain("HttpClient", File.ReadAllText(file), StringComparison.Ordinal));

    private static System.Text.Json.Nodes.JsonNode JsonOf(Operation operation) => Document.Json["paths"]![operation.Path]![operation.Method.ToLowerInvariant()]!;

    private static IEnumerable<string> ParametersOf(Operation operation) =>
        new[] { Document.Json["paths"]![operation.Path]!["parameters"], JsonOf(operation)["parameters"] }.OfType<System.Text.Json.Nodes.JsonArray>()
            .SelectMany(list => list).Select(p => References.Follow(Document.Json, p!)["name"]!.ToString());

    private static IEnumerable<string> NamesOf(MethodInfo call) => call.GetParameters().Select(p => p switch
    {
        _ when p.GetCustomAttribute<HeaderAttribute>() is { } header => header.Name,
        _ when p.GetCustomAttribute<QueryAttribute>() is { } query => query.Name ?? p.Name,
        _ when p.GetCustomAttribute<PathAttribute>() is { } path => path.Name ?? p.Name,
        _ => null,
    }).OfType<string>();
}
