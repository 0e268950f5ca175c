using FsCheck;
using FsCheck.Fluent;

namespace Loadstone.Plans.Tests;

public sealed class LoadPatternTests
{
    [Theory]
    [InlineData(""" "duration": "20s", "load_pattern": { "type": "linear", "ramp_up": "4s", "ramp_down": "2s" } """, 0, 50, 100, 100, 0)]
    [InlineData(""" "duration": "20s", "load_pattern": { "type": "constant" } """, 100, 100, 100, 100, 100)]
    [InlineData(""" "load_pattern": { "type": "stages", "stages": [ { "duration": "10s", "target": 10 }, { "duration": "10s", "target": 40 } ] } """, 0, 2, 10, 34, 40)]
    [InlineData(""" "duration": "20s", "load_pattern": { "type": "step", "steps": 4 } """, 25, 25, 75, 100, 100)]
    public void A_pattern_has_its_shape(string members, double at0, double at2, double at10, double at18, double at20)
    {
        var shape = Reading.WithLoad(members).Shape;

        Assert.Equal([at0, at2, at10, at18, at20], new[] { 0, 2, 10, 18, 20 }.Select(s => shape.At(TimeSpan.FromSeconds(s))));
    }

    [Fact]
    public void A_spike_rises_from_its_base_load_and_returns_to_it()
    {
        var shape = Reading.WithLoad("""
            "duration": "100s",
            "load_pattern": { "type": "spike", "base_load_percentage": 20, "peak_duration_minutes": 0.5, "ramp_up": "10s", "ramp_down": "10s" }
            """).Shape;

        Assert.Equal([20, 20, 60, 100, 100, 20], new[] { 0, 25, 30, 35, 65, 75 }.Select(s => shape.At(TimeSpan.FromSeconds(s))));
        Assert.Equal(TimeSpan.FromSeconds(100), shape.Duration);
    }

    [Fact]
    public void An_arrival_rate_counts_arrivals_per_second()
    {
        var shape = Reading.WithLoad(""" "duration": "20s", "load_pattern": { "type": "constant_arrival_rate", "rate": 200, "max_start_delay": "30s" } """).Shape;

        Assert.Equal((LoadUnit.ArrivalsPerSecond, 200.0), (shape.Unit, shape.Peak));
    }

    [Theory]
    [InlineData(""" "duration": "10s", "load_pattern": { "type": "linear", "ramp_up": "8s", "ramp_down": "4s" } """, "load_pattern: 8s up, 0s at the peak and 4s down do not add up to a duration of 10s")]
    [InlineData(""" "duration": "10s", "load_pattern": { "type": "linear", "ramp_up": "1s", "ramp_down": "1s", "peak_duration_minutes": "5s" } """, "load_pattern: 1s up, 5s at the peak and 1s down do not add up to a duration of 10s")]
    [InlineData(""" "duration": "10s", "load_pattern": { "type": "stages", "stages": [ { "duration": "9s", "target": 1 } ] } """, "duration: is 10s, but the stages add up to 9s")]
    [InlineData(""" "load_pattern": { "type": "stages", "stages": [ { "duration": "9s", "target": 1 } ], "ramp_up": "1s" } """, "load_pattern.ramp_up: does not apply to the pattern stages")]
    [InlineData(""" "load_pattern": { "type": "stages", "stages": [] } """, "load_pattern.stages: is required")]
    [InlineData(""" "load_pattern": { "type": "constant_arrival_rate" } """, "load_pattern.rate: is required")]
    [InlineData(""" "load_pattern": { "type": "constant_arrival_rate", "rate": -1 } """, "load_pattern.rate: must be a number between 0.001 and 1000000")]
    public void Numbers_that_do_not_add_up_are_refused(string members, string expected) =>
        Assert.Contains(expected, Reading.ErrorsOf($$"""{ "name": "x", {{members}} }"""));

    [Fact]
    public void Ramps_beside_the_pattern_and_inside_it_are_the_same()
    {
        var beside = Reading.WithLoad(""" "duration": "20s", "ramp_up_duration_minutes": "4s", "ramp_down_duration_minutes": "2s" """);
        var inside = Reading.WithLoad(""" "duration": "20s", "load_pattern": { "type": "linear", "ramp_up": "4s", "ramp_down": "2s" } """);

        Assert.Equal(beside.ToJson().ToJsonString(), inside.ToJson().ToJsonString());
    }

    [Fact]
    public void A_classic_preset_is_stretched_to_the_duration()
    {
        var shape = Reading.WithLoad(""" "duration": "48s", "load_pattern": { "type": "stages", "preset": "linear", "peak": 200 } """).Shape;

        Assert.Equal(TimeSpan.FromSeconds(48), shape.Duration);
        Assert.Equal([20.0, 100.0, 200.0, 100.0, 0.0], shape.Stages.Select(s => s.Target));
    }

    [Fact]
    public void Every_readable_duration_survives_being_written() => Prop.ForAll(
        Gen.Choose(0, 200_000_000).ToArbitrary(),
        ms => DurationText.TryParse(DurationText.Format(TimeSpan.FromMilliseconds(ms)), out var again)
            && again == TimeSpan.FromMilliseconds(ms)).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("1m30s", 90_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("250ms", 250)]
    public void A_duration_has_units(string text, int expectedMs)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(expectedMs, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("-5s")]
    [InlineData("5s1m")]
    [InlineData("1e9h")]
    [InlineData("5 parsecs")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(DurationText.TryParse(text, out _));
}
