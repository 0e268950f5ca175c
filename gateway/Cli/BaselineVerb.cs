using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Loadstone.Client;

namespace Loadstone.Cli;

/// <summary><c>baseline establish|accept|list</c>: what runs are held against.</summary>
internal static class BaselineVerb
{
    private static readonly Argument<Guid> Id = new("ID") { Description = "The execution's id." };
    private static readonly Option<bool> OfType = new("--of-type") { Description = "For every configuration of its type of test that has no baseline of its own." };

    public static Command Command() => new("baseline", "What runs are held against: establish one, accept a new one, list them.")
    {
        Making("establish", "Makes an execution the first baseline of its configuration.", (api, request, ct) => api.EstablishBaselineAsync(request, ct)),
        Making("accept", "Accepts an execution as the new baseline of its configuration.", (api, request, ct) => api.AcceptBaselineAsync(request, ct)),
        Listing(),
    };

    private static Command Making(string name, string description, Func<ILoadstoneApi, BaselineRequest, CancellationToken, Task<BaselineAnswer>> call)
    {
        var command = new Command(name, description) { Id, OfType };
        new Connection().Attach(command, async (given, session, cancellation) =>
        {
            var answer = await call(session.Api, new BaselineRequest(given.GetValue(Id), given.GetValue(OfType) ? "test_type" : null), cancellation);
            session.Say.WriteLine(Line(answer.Baseline));
            await session.WriteJsonAsync(answer);
            return 0;
        });
        return command;
    }

    private static Command Listing()
    {
        var command = new Command("list", "Lists the baselines, newest first.");
        new Connection().Attach(command, async (_, session, cancellation) =>
        {
            var list = await session.Api.BaselinesAsync(new Dictionary<string, string> { ["limit"] = "200" }, cancellation);
            foreach (var baseline in list.Baselines)
                session.Say.WriteLine(Line(baseline));
            await session.WriteJsonAsync(list);
            return 0;
        });
        return command;
    }

    private static string Line(JsonObject b) => string.Create(CultureInfo.InvariantCulture,
        $"{b["environment"]} {b["test_type"]} {b["configuration_id"]?.ToString() ?? "(any configuration)"}: avg {b["baseline_avg_response_time_ms"]} ms, p95 {b["baseline_p95_response_time_ms"]} ms, errors {b["baseline_error_rate"]} %, {b["baseline_throughput_rps"]} requests/s, from execution {b["execution_id"]}");
}
