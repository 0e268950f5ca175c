using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>Whole sessions with the sample target: what is counted here is what it counted.</summary>
public sealed class WebSocketSessionTests(SampleTargetServer target) : IClassFixture<SampleTargetServer>
{
    private const string Join = "join: { message: { type: join, room: r, id: '{{message.id}}' }, reply: { id: $.id } }";
    private const string Say = "message: { type: message, id: '{{message.id}}', text: '{{message.text}}' }, size: { min: 10B, max: 200B }, reply: { id: $.id }";

    [Fact]
    public async Task Users_join_and_every_message_is_answered_and_counted_by_both_sides()
    {
        var (end, received) = await ChatAsync($"path: /ws/chat, {Join}, messages: {{ count: 20, interval: 5ms, {Say} }}", iterations: 3, users: 10);

        Assert.Equal((30, 30), (Of(end, "ws").Sent, Of(end, "ws").StatusCodes[101]));
        Assert.Equal((30, 30), (Of(end, "ws: join").Sent, Of(end, "ws: join").Ok));
        Assert.Equal((600, 600), (Of(end, "ws: message").Sent, Of(end, "ws: message").Ok));
        Assert.Equal((630, 630), (received, Of(end, "ws").MessagesReceived));
        Assert.Equal(30, end.Total.Iterations.Completed);
    }

    [Fact]
    public async Task Messages_go_out_at_their_interval_whether_or_not_they_were_answered()
    {
        var (end, received) = await ChatAsync("path: /ws/echo, messages: { count: 11, interval: 50ms, message: { id: '{{message.id}}' }, reply: { id: $.id } }");
        var open = end.Total.Seconds;

        Assert.Equal((11, 11), (received, Of(end, "ws: message").Ok));
        Assert.InRange(open, 0.5, 5);
        Assert.True(Of(end, "ws: message").Response.PercentileMs(50) < 50, "an answer took longer than the interval");
    }

    [Fact]
    public async Task Messages_of_all_three_lengths_come_back_as_they_were()
    {
        var (end, received) = await ChatAsync("""
            path: /ws/echo, messages: { count: 60, interval: 0, size: { min: 1B, max: 60KB }, message: { id: "{{message.id}}", text: "{{message.text}}" }, reply: { id: $.id } }
            """);

        Assert.Equal((60, 60), (received, Of(end, "ws: message").Ok));
        Assert.Equal(0, Of(end, "ws: message").FailedRequests);
    }

    [Fact]
    public async Task Two_strands_in_one_room_take_no_message_of_the_other_for_an_answer_of_their_own()
    {
        var step = $"{{ action: websocket, name: ws, path: '/ws/chat?broadcast=true', {Join}, messages: {{ count: 50, interval: 1ms, {Say} }} }}";
        await target.ResetAsync();
        var end = await RealRun.OfSteps(target.Url, $"- {{ action: parallel, steps: [ {step}, {step} ] }}");

        Assert.Equal((100, 100), (Of(end, "ws: message").Sent, Of(end, "ws: message").Ok));
        Assert.Equal(102, (int)(await target.CountsAsync())["messages"]!);
    }

    [Fact]
    public async Task Messages_of_others_are_reacted_to()
    {
        var step = $"path: '/ws/chat?broadcast=true', {Join}, messages: {{ count: 10, interval: 10ms, {Say} }}, hold: 300ms";
        var (end, received) = await ChatAsync($"{step}, reactions: {{ probability: 0.5, delay: 1ms, message: {{ type: leave, id: '{{{{message.id}}}}' }} }}", users: 4);
        var reactions = Of(end, "ws: reaction");

        Assert.True(reactions.Sent > 0, "nobody reacted");
        Assert.Equal(reactions.Sent, reactions.Ok);
        Assert.Equal(received, Of(end, "ws: join").Sent + Of(end, "ws: message").Sent + reactions.Sent);
    }

    [Theory]
    [InlineData(60, 3, 0)]
    [InlineData(100000, 0, 3)]
    public async Task What_must_come_in_is_a_check_of_each_connection(int perMinute, int passed, int failed)
    {
        var (end, _) = await ChatAsync($"path: /ws/echo, messages: {{ count: 20, interval: 5ms, message: x }}, hold: 50ms, expect: {{ min_messages_per_minute: {perMinute} }}", iterations: 3);

        Assert.Equal((passed, failed), (Of(end, "ws").ChecksPassed, Of(end, "ws").ChecksFailed));
    }

    [Fact]
    public async Task A_connection_is_held_open_after_its_last_message()
    {
        var (end, received) = await ChatAsync("path: /ws/echo, messages: { count: 1, interval: 0, message: x }, hold: 400ms");

        Assert.Equal((1, 1), (received, Of(end, "ws").MessagesReceived));
        Assert.True(end.Total.Seconds >= 0.4, $"{end.Total.Seconds} s");
    }

    [Fact]
    public async Task The_end_of_the_run_closes_sessions_in_good_order()
    {
        await target.ResetAsync();
        var end = await RealRun.Of(LongPlan("1s"), target.Url);

        await AssertAgreeAsync(end);
        Assert.Equal((20, 0, false), (end.Total.Iterations.Started, end.Total.Total().FailedRequests, end.Cancelled));
    }

    [Fact]
    public async Task A_stop_in_mid_session_loses_no_message()
    {
        await target.ResetAsync();
        var end = await RealRun.StoppedAfter(LongPlan("30s"), windows: 1, target.Url);

        await AssertAgreeAsync(end);
        Assert.True(end.Cancelled);
    }

    [Fact]
    public async Task Open_connections_are_counted_by_what_they_are_for_until_they_are_closed()
    {
        await target.ResetAsync();
        var talking = (await RealRun.Below(1e6, LongPlan("1s"), target.Url)).Windows.Select(w => w.Host!.Connections).ToList();
        Assert.Equal((20, 0), (talking.Max(c => c["websocket"]), talking[^1]["websocket"]));

        var asking = (await RealRun.Below(1e6, RealRun.PlanOf("- { action: http, path: /fixed }\n- { action: wait, duration: 1200ms }", 1, "", users: 3), target.Url)).Windows;
        Assert.Equal((3, 0), (asking.Max(w => w.Host!.Connections["http"]), asking.Max(w => w.Host!.Connections["websocket"])));
    }

    // Twenty users who talk for longer than the run lasts.
    private static string LongPlan(string duration) => $$"""
        name: x
        duration: {{duration}}
        max_virtual_users: 20
        load_pattern: { type: constant }
        scenario_config:
          think_time: 0
          scenarios:
            - name: s
              user_journey:
                - { action: websocket, name: ws, path: /ws/chat, {{Join}}, messages: { count: 10000, interval: 10ms, {{Say}} }, hold: 60s }
        """;

    private async Task AssertAgreeAsync(RunEnd end)
    {
        var total = Of(end, "ws: message");
        Assert.True(total.Sent > 20, $"{total.Sent} messages");
        Assert.Equal(total.Sent, total.Ok);
        Assert.Equal(total.Sent + Of(end, "ws: join").Sent, (long)(await target.CountsAsync())["messages"]!);
    }

    private async Task<(RunEnd End, int Received)> ChatAsync(string step, int iterations = 1, int users = 1)
    {
        await target.ResetAsync();
        var end = await RealRun.OfSteps(target.Url, $"- {{ action: websocket, name: ws, {step.Trim()} }}", iterations, users: users);
        Assert.Equal(0, end.Total.Total().FailedRequests);
        return (end, (int)(await target.CountsAsync())["messages"]!);
    }

    private static OperationWindow Of(RunEnd end, string operation) => end.Total.Operations.Single(o => o.Operation == operation);
}
