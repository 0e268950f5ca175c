using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>Steps that hold steps, under virtual time: what is done when, and what is counted.</summary>
public sealed class ControlStepTests
{
    [Fact]
    public async Task Steps_of_a_group_are_done_in_order_with_the_pauses_between()
    {
        var (done, end) = await PretendJourney.WholeAsync("""
            - { name: a, path: /100ms }
            - { action: group, name: g, steps: [ { name: b, path: /100ms }, { name: c, path: /200ms, think_time: 70ms } ] }
            - { name: d, path: /100ms }
            """, think: "50ms");

        Assert.Equal("a 0-100, b 150-250, c 300-500, d 570-670", done);
        Assert.Equal((4, 1), (end.Total.Total().Sent, end.Total.Iterations.Completed));
    }

    [Fact]
    public async Task A_group_is_measured_from_the_due_time_of_its_first_step_to_the_end_of_its_last()
    {
        var (_, end) = await PretendJourney.WholeAsync("""
            - { action: group, name: g, steps: [ { path: /100ms }, { action: group, name: inner, steps: [ { path: /200ms } ] } ] }
            """, think: "50ms");

        var (group, inner) = (OperationOf(end, "g"), OperationOf(end, "inner"));
        Assert.Equal((1, 1, OperationKind.Transaction), (group.Sent, group.Ok, group.Kind));
        Assert.InRange(group.Response.MaxNs, 350 * VirtualRun.Ms, 352 * VirtualRun.Ms);
        Assert.InRange(inner.Response.MaxNs, 200 * VirtualRun.Ms, 201 * VirtualRun.Ms);
        Assert.Equal((2, 2), (end.Total.Total().Sent, end.Total.Total().Ok));
    }

    [Fact]
    public async Task A_group_fails_when_one_of_its_steps_does_and_goes_on_unless_that_is_critical()
    {
        var (done, end) = await PretendJourney.WholeAsync("""
            - { action: group, name: g, steps: [ { name: a, path: /fail }, { name: b, path: /1ms } ] }
            - { name: c, path: /1ms }
            """);

        Assert.Equal("a 0-0, b 0-1, c 1-2", done);
        Assert.Equal((1, 1), (OperationOf(end, "g").Failed, OperationOf(end, "g").ErrorTypes["step_failed"]));
        Assert.Equal((1, 1), (end.Total.Iterations.Completed, end.Total.Total().Failed));
    }

    [Theory]
    [InlineData("{ action: group, name: g, critical: true, steps: [ { name: a, path: /fail }, { name: b, path: /1ms } ] }", "a 0-0, b 0-1")]
    [InlineData("{ action: group, name: g, steps: [ { name: a, path: /fail, critical: true }, { name: b, path: /1ms } ] }", "a 0-0")]
    [InlineData("{ action: conditional, probability: 1, then: [ { name: a, path: /fail, critical: true }, { name: b, path: /1ms } ] }", "a 0-0")]
    [InlineData("{ action: repeat, times: 3, steps: [ { name: a, path: /fail, critical: true } ] }", "a 0-0")]
    [InlineData("{ action: repeat, times: 2, critical: true, steps: [ { name: a, path: /fail } ] }", "a 0-0, a 0-0")]
    [InlineData("{ action: parallel, steps: [ { name: a, path: /fail, critical: true }, { name: b, path: /5ms } ] }", "a 0-0, b 0-5")]
    [InlineData("{ action: group, name: g, steps: [ { action: parallel, steps: [ { action: repeat, times: 9, steps: [ { name: a, path: /fail, critical: true } ] }, { name: b, path: /5ms } ] } ] }", "a 0-0, b 0-5")]
    public async Task A_failed_critical_step_ends_the_iteration_however_deep_it_is(string step, string expected)
    {
        var (done, end) = await PretendJourney.WholeAsync($"- {step}\n- {{ name: never, path: /1ms }}");

        Assert.Equal(expected, done);
        Assert.Equal((0, 1), (end.Total.Iterations.Completed, end.Total.Iterations.CutShort));
        Assert.Equal(end.Total.Operations.Sum(o => o.Sent), end.Total.Operations.Sum(o => o.Ended));
    }

    [Fact]
    public async Task Parallel_steps_begin_at_once_and_the_user_goes_on_when_all_have_ended()
    {
        var (done, end) = await PretendJourney.WholeAsync("""
            - { action: parallel, steps: [ { name: a, path: /100ms }, { name: b, path: /300ms },
                { action: group, name: g, steps: [ { name: c, path: /50ms }, { name: d, path: /50ms } ] }, { action: wait, duration: 20ms } ] }
            - { name: e, path: /10ms }
            """, think: "5ms");

        Assert.Equal("c 0-50, a 0-100, d 55-105, b 0-300, e 305-315", done);
        Assert.Equal(5, end.Total.Total().Ok);
    }

    [Fact]
    public async Task A_parallel_step_waits_for_the_longest_pause_too()
    {
        var (done, _) = await PretendJourney.WholeAsync("""
            - { action: parallel, think_time: 5ms, steps: [ { name: a, path: /100ms, think_time: 1s }, { name: b, path: /300ms } ] }
            - { name: c, path: /10ms }
            """);

        Assert.Equal("a 0-100, b 0-300, c 1105-1115", done);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1000)]
    [InlineData(0.3, 300)]
    public async Task A_chance_comes_true_as_often_as_it_says(double probability, int expected)
    {
        var (counts, again, other) = (await CountAsync(probability, 1), await CountAsync(probability, 1), await CountAsync(probability, 2));

        Assert.InRange(counts.Then, expected - 45, expected + 45);
        Assert.Equal(1000, counts.Then + counts.Else);
        Assert.Equal(counts.Order, again.Order);
        Assert.Equal(probability is 0 or 1, counts.Order == other.Order);
    }

    [Fact]
    public async Task A_chance_of_the_users_own_is_that_of_its_profile()
    {
        var (done, _) = await PretendJourney.WholeAsync("""
            - { action: conditional, probability: profile.video, then: [ { name: film, path: /1ms } ] }
            """, load: "load_pattern: { type: per_user_iterations, iterations: 1000 }");

        Assert.InRange(done.Split(", ").Length, 655, 745);
    }

    [Theory]
    [InlineData("3", 3, 3)]
    [InlineData("0", 0, 0)]
    [InlineData("{ min: 2, max: 4 }", 2, 4)]
    public async Task Steps_are_repeated_as_often_as_is_drawn(string times, int fewest, int most)
    {
        var done = new List<Done>();
        await using var run = PretendJourney.Of($"- {{ action: repeat, times: {times}, steps: [ {{ name: a, path: /1ms }} ] }}", done, "load_pattern: { type: per_user_iterations, iterations: 200 }");
        var end = await run.FinishAsync(100);

        var counts = Enumerable.Range(1, 200).Select(i => done.Count(d => d.Iteration == i)).ToArray();
        Assert.Equal(Enumerable.Range(fewest, most - fewest + 1), counts.Distinct().Order());
        Assert.Equal(200, end.Total.Iterations.Completed);
    }

    [Fact]
    public async Task Rounds_in_which_nothing_is_waited_for_leave_others_their_turn()
    {
        var done = new List<Done>();
        await using var run = PretendJourney.Of("- { action: repeat, times: 100000, steps: [ { action: conditional, probability: 0, then: [ { path: /1ms } ] } ] }\n- { name: end, path: /1ms }", done, users: 2);
        await run.FinishAsync(1);

        Assert.Equal([0, 1], done.Select(d => d.User));
        Assert.All(done, d => Assert.InRange(d.FromMs, 0, 1));
    }

    [Fact]
    public async Task Random_data_in_parallel_steps_do_not_depend_on_which_ends_first()
    {
        var orders = new List<string[]>();
        foreach (var first in new[] { "/1ms", "/9ms" })
        {
            var done = new List<Done>();
            await using var run = PretendJourney.Of($$"""
                - { action: parallel, steps: [ { name: x, path: {{first}} }, { action: repeat, times: { min: 1, max: 9 }, steps: [ { name: y, path: /2ms } ] }, { action: repeat, times: { min: 1, max: 9 }, steps: [ { name: z, path: /3ms } ] } ] }
                """, done, "load_pattern: { type: per_user_iterations, iterations: 50 }");
            await run.FinishAsync(100);
            orders.Add([.. Enumerable.Range(1, 50).Select(i => $"{done.Count(d => d.Iteration == i && d.Step == "y")} {done.Count(d => d.Iteration == i && d.Step == "z")}")]);
        }

        Assert.Equal(orders[0], orders[1]);
        Assert.True(orders[0].Distinct().Count() > 20);
    }

    private static OperationWindow OperationOf(RunEnd end, string name) => end.Total.Operations.Single(o => o.Operation == name);

    private static async Task<(int Then, int Else, string Order)> CountAsync(double probability, int seed)
    {
        var done = new List<Done>();
        await using var run = PretendJourney.Of(
            $"- {{ action: conditional, probability: {probability}, then: [ {{ name: t, path: /1ms }} ], else: [ {{ name: e, path: /1ms }} ] }}",
            done, "load_pattern: { type: per_user_iterations, iterations: 1000 }", seed: seed);
        await run.FinishAsync(100);
        return (done.Count(d => d.Step == "t"), done.Count(d => d.Step == "e"), string.Concat(done.Select(d => d.Step)));
    }
}
