using System.Net;
using System.Net.Http.Json;

namespace Loadstone.SampleTarget.Tests;

public sealed class WeddingTests
{
    [Fact]
    public async Task A_change_is_seen_in_the_wedding_and_in_the_list_until_the_reset()
    {
        await using var target = await RunningTarget.StartAsync();
        var before = await target.Http.GetStringAsync("/api/weddings?page=2");
        var changed = await target.Http.PutAsJsonAsync("/api/weddings/25", new { venue = "Barn", guest_count = 80 }).JsonAsync();
        Assert.Equal(2, changed.Number("version"));
        Assert.Equal("Barn", (await target.GetAsync("/api/weddings/25")).Text("venue"));
        Assert.Equal("Barn", (await target.GetAsync("/api/weddings?page=2"))["items"]![4]!.Text("venue"));

        await target.ResetAsync();

        Assert.Equal(before, await target.Http.GetStringAsync("/api/weddings?page=2"));
    }

    [Fact]
    public async Task Changes_made_at_once_are_all_made()
    {
        await using var target = await RunningTarget.StartAsync();
        await Task.WhenAll(Enumerable.Range(1, 50).Select(n => target.Http.PutAsJsonAsync("/api/weddings/1", new { guest_count = n })));
        Assert.Equal(51, (await target.GetAsync("/api/weddings/1")).Number("version"));
    }

    [Fact]
    public async Task A_change_out_of_range_is_refused_by_name_and_an_unknown_wedding_is_not_found()
    {
        await using var target = await RunningTarget.StartAsync();
        var refused = await target.Http.PutAsJsonAsync("/api/weddings/1", new { guest_count = -1, budget = -1 });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("budget, guest_count", (await refused.JsonAsync()).Blamed());
        Assert.Equal(HttpStatusCode.NotFound, (await target.Http.PutAsJsonAsync("/api/weddings/501", new { })).StatusCode);
    }

    [Fact]
    public async Task Guests_are_listed_invited_and_answer()
    {
        await using var target = await RunningTarget.StartAsync();
        var invited = await target.Http.PostAsJsonAsync("/api/guests", new { wedding = 3, name = "Guest X", email = "x@sample.test" });
        Assert.Equal(HttpStatusCode.Created, invited.StatusCode);
        var guest = (await target.GetAsync("/api/guests?wedding=3&page=2"))["items"]![0]!;
        Assert.Equal("invited", guest.Text("status"));
        await target.Http.PutAsJsonAsync($"/api/guests/{guest.Number("id")}/rsvp", new { attending = true, party = 2 });
        guest = (await target.GetAsync("/api/guests?wedding=3&page=2"))["items"]![0]!;
        Assert.Equal(("attending", 2), (guest.Text("status"), guest.Number("party")));
        Assert.Empty((await target.GetAsync("/api/guests?wedding=3&page=6"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Of_many_who_want_one_slot_exactly_one_gets_it()
    {
        await using var target = await RunningTarget.StartAsync();
        var slot = (await target.GetAsync("/api/appointments/available?date=2030-06-01"))["slots"]![0]!.Text("id");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => target.Http.PostAsJsonAsync("/api/appointments", new { slot })));
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(19, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task A_booked_slot_is_not_available_until_it_is_cancelled()
    {
        await using var target = await RunningTarget.StartAsync();
        const string Available = "/api/appointments/available?date=2031-02-03";
        var slot = (await target.GetAsync(Available))["slots"]![3]!.Text("id");
        await target.Http.PostAsJsonAsync("/api/appointments", new { slot });
        Assert.DoesNotContain(slot, await target.Http.GetStringAsync(Available), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await target.Http.GetAsync($"/api/appointments/{slot}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await target.Http.DeleteAsync($"/api/appointments/{slot}")).StatusCode);
        Assert.Contains($"\"{slot}\"", await target.Http.GetStringAsync(Available), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await target.Http.GetAsync($"/api/appointments/{slot}")).StatusCode);
    }

    [Fact]
    public async Task Callers_who_name_no_date_are_offered_different_slots()
    {
        await using var target = await RunningTarget.StartAsync();
        var offered = new HashSet<string>(StringComparer.Ordinal);
        for (var n = 0; n < 50; n++) Assert.True(offered.Add((await target.GetAsync("/api/appointments/available"))["slots"]![0]!.Text("id")));
    }

    [Theory]
    [InlineData("2029-12-31")]
    [InlineData("2030-02-30")]
    [InlineData("soon")]
    public async Task A_date_outside_the_calendar_is_refused(string date)
    {
        await using var target = await RunningTarget.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await target.Http.GetAsync($"/api/appointments/available?date={date}")).StatusCode);
    }
}
