using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>Every operation against every kind of caller: whoever is less than its role is turned away, and nobody else is.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class RoleTests(RunningPlatform running)
{
    private const string Password = "correct horse battery staple";
    private static readonly string[] Roles = ["anonymous", "viewer", "engineer", "admin"];

    [Fact]
    public async Task Every_operation_lets_in_its_role_and_those_above_and_nobody_else()
    {
        var contract = await ApiContract.ReadAsync(running.Gateway);
        var complaints = new List<string>();
        foreach (var role in Roles)
        {
            using var caller = role == Roles[0] ? running.Caller(null) : running.Caller(await SignInAsync(role));
            // Signing out ends what the rest is asked with.
            foreach (var operation in contract.Operations.OrderBy(o => o.Id == "signOut"))
                complaints.AddRange(await AskAsync(caller, role, operation));
        }

        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    // With an id of nothing and no body, so that who is let in does nothing.
    private static async Task<IEnumerable<string>> AskAsync(HttpClient caller, string role, ApiOperation operation)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), operation.Path.Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal));
        if (operation.BodyType is { } type)
            request.Content = new StringContent("", new System.Net.Http.Headers.MediaTypeHeaderValue(type));
        using var answer = await caller.SendAsync(request);
        HttpStatusCode? expected = Array.IndexOf(Roles, role) >= Array.IndexOf(Roles, operation.Role) ? null
            : role == Roles[0] ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden;
        var isRight = expected is null ? answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) : answer.StatusCode == expected;
        var isDescribed = expected is null || operation.AnswerFor((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType) is not null;
        return isRight && isDescribed ? [] : [$"{operation} is for {operation.Role}, and answers {role} by {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}"];
    }

    private async Task<string> SignInAsync(string role)
    {
        var name = $"{role}-{Guid.NewGuid().ToString("N")[..8]}";
        using var made = await running.Gateway.PostAsJsonAsync("/api/users", new { name, role, password = Password });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        using var signedIn = await running.Gateway.PostAsJsonAsync("/api/auth/sign-in", new { name, password = Password });
        return JsonNode.Parse(await signedIn.Content.ReadAsStringAsync())!["tokens"]!["accessToken"]!.ToString();
    }
}
