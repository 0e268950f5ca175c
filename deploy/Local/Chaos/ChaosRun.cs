using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Loadstone.Client;

namespace Loadstone.Local.Chaos;

/// <summary>One run of two workers after the other, each struck once in its middle.</summary>
internal sealed class ChaosRun(Platform platform, Victims victims) : IDisposable
{
    private const int Rate = 100;

    // The platform may be away for as long as the blow and a start take; a run ends well within a minute of its load.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(10);

    private readonly ILoadstoneApi _api = LoadstoneClient.Connect(platform.Gateway, platform.Key);
    private readonly HttpClient _target = new() { BaseAddress = platform.Target, Timeout = CallPatience };

    private int _failedBefore;

    public void Dispose() => _target.Dispose();

    /// <summary>Makes a run, strikes, and looks at what came of it.</summary>
    public async Task<Round> PlayAsync(int seed, Blow blow, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        await UntilAsync(async ct => (await _api.WorkersAsync(ct)).Workers.Count == 2, cancellation);
        (await _target.PostAsync("/reset", null, cancellation)).EnsureSuccessStatusCode();
        var id = await BeginAsync(seed, blow, cancellation);
        var struckAt = DateTimeOffset.MaxValue;
        var last = await FollowAsync(id, x => x.StartedAt is not null || x.IsOver, cancellation);
        if (last is { IsOver: false, StartedAt: { } started })
        {
            var wait = started + TimeSpan.FromSeconds(blow.AtSecond) - DateTimeOffset.UtcNow;
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, cancellation);
            struckAt = DateTimeOffset.UtcNow;
            await victims.StrikeAsync(blow, cancellation);
            last = await FollowAsync(id, x => x.IsOver, cancellation);
        }

        var round = new Round(
            blow, last, await TargetRequestsAsync(cancellation), blow.Open ? (long)(Rate * Blow.RunSeconds) : null, victims.Dead(), await NewFailedMessagesAsync(cancellation), watch.Elapsed.TotalSeconds,
            await CarriedOnAsync(id, cancellation) - struckAt is { } after ? after.TotalSeconds : null);
        await victims.MendAsync(cancellation);
        return round;
    }

    // The struck one of the round before may have left connections that are found dead at their next use.
    private async Task<Guid> BeginAsync(int seed, Blow blow, CancellationToken cancellation)
    {
        var (configuration, id, key) = (Guid.Empty, Guid.Empty, Guid.NewGuid().ToString());
        await UntilAsync(async ct => (configuration = (await _api.CreateConfigurationAsync(PlanOf(seed, blow), ct)).Configuration["id"]!.GetValue<Guid>()) != Guid.Empty, cancellation);
        await UntilAsync(async ct => (id = (await _api.ExecuteAsync(key, new ExecuteRequest(configuration, null), ct)).Execution.Id) != Guid.Empty, cancellation);
        return id;
    }

    private static JsonObject PlanOf(int seed, Blow blow)
    {
        var pattern = blow.Open ? string.Create(CultureInfo.InvariantCulture, $$"""{ "type": "constant_arrival_rate", "rate": {{Rate}} }""") : """{ "type": "constant" }""";
        return JsonNode.Parse(string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "name": "chaos {{seed}}, round {{blow.Round}}, {{Guid.NewGuid()}}", "duration": "{{Blow.RunSeconds}}s", "max_virtual_users": 20, "worker_count": 2,
              "lost_worker_policy": "move", "load_pattern": {{pattern}}, "seed": {{seed}},
              "scenario_config": {
                "think_time": {{(blow.Open ? "0" : "0.1")}},
                "scenarios": [ { "name": "fixed", "user_journey": [ { "action": "http", "name": "fixed", "path": "/fixed", "redirects": 0 } ] } ]
              }
            }
            """))!.AsObject();
    }

    // Null when the run could not be seen to the end of our patience.
    private async Task<ExecutionView?> FollowAsync(Guid id, Func<ExecutionView, bool> isSo, CancellationToken cancellation)
    {
        ExecutionView? last = null;
        await UntilAsync(async ct => isSo(last = (await _api.StatusAsync(id, ct)).Execution), cancellation);
        return last;
    }

    // What cannot be asked just now is asked again: whatever answers may be the one that was struck.
    private static async Task UntilAsync(Func<CancellationToken, Task<bool>> isSo, CancellationToken cancellation)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; await Task.Delay(Pause, cancellation))
        {
            using var call = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            call.CancelAfter(CallPatience);
            try
            {
                if (await isSo(call.Token))
                    return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && e is LoadstoneException or HttpRequestException or OperationCanceledException)
            {
                continue;
            }
        }
    }

    // When the first second of a moved share began.
    private async Task<DateTimeOffset?> CarriedOnAsync(Guid id, CancellationToken cancellation)
    {
        IReadOnlyList<EventView> events = [];
        await UntilAsync(async ct => (events = (await _api.EventsAsync(id, ct)).Events).Count > 0, cancellation);
        var start = events.FirstOrDefault(e => e.Type == "execution_started")?.Data["start_at"]!.GetValue<DateTimeOffset>();
        var first = events.FirstOrDefault(e => e.Type == "shard_joined")?.Data["first_second"]!.GetValue<int>();
        return first is null ? null : start + TimeSpan.FromSeconds(first.Value);
    }

    private async Task<long> TargetRequestsAsync(CancellationToken cancellation) =>
        JsonNode.Parse(await _target.GetStringAsync("/counts", cancellation))!["total"]!.GetValue<long>();

    private async Task<int> NewFailedMessagesAsync(CancellationToken cancellation)
    {
        var failed = 0;
        await UntilAsync(async ct =>
        {
            failed = (await _api.ErrorsAsync(null, null, null, null, ct)).Errors.Count;
            return true;
        }, cancellation);
        var more = failed - _failedBefore;
        _failedBefore = failed;
        return more;
    }
}
