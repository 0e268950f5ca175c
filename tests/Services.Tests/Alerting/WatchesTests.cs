using Loadstone.Alerting;
using Loadstone.Alerting.Maintenance;
using Loadstone.Alerting.Watching;
using Loadstone.Contracts;
using Loadstone.EventStore;
using Loadstone.Measurement;
using Loadstone.Plans;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>What is seen of a run becomes alerts in a real store, once each, whatever breaks on the way.</summary>
public sealed class WatchesTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly SetClock _clock = new();
    private readonly Guid _run = Guid.NewGuid();
    private WebApplication _app = null!;

    private string Environment => $"environment of {_run}";

    private IDocumentStore Store => _app.Services.GetRequiredService<IDocumentStore>();

    public async Task InitializeAsync()
    {
        _app = await AlertingStore.OpenAsync(database, _clock);
        await using var session = Store.LightweightSession();
        session.Store(new WatchedRun(_run, "x", new SuccessCriteria { MaxP95ResponseTime = 100 }, Guid.NewGuid(), Environment));
        await session.SaveChangesAsync();
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task A_breach_that_could_not_be_kept_is_kept_when_its_second_comes_again()
    {
        var watches = NewWatches();
        await using (var source = NpgsqlDataSource.Create(database.ConnectionString))
        {
            await using var other = await source.OpenConnectionAsync();
            await using var transaction = await other.BeginTransactionAsync();
            await using var hold = new NpgsqlCommand("lock table alerting.mt_events in access exclusive mode", other);
            await hold.ExecuteNonQueryAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => watches.LookAsync(Closed(0, 500), CancellationToken.None));
        }

        await watches.LookAsync(Closed(0, 500), CancellationToken.None);

        Assert.Equal((AlertStatus.Active, "p95_response_time"), (await AlertsAsync()).Select(a => (a.Status, a.Raised.MetricName)).Single());
    }

    [Fact]
    public async Task Seconds_that_are_heard_at_once_and_in_any_order_are_each_looked_at()
    {
        var watches = NewWatches();
        int[] order = [5, 2, 4, 0, 3, 1];

        await Task.WhenAll(order.Select(second => Task.Run(() => watches.LookAsync(Closed(second, second == 1 ? 500 : 50), CancellationToken.None))));

        Assert.Equal(1, Assert.Single(await AlertsAsync()).Raised.Second);
    }

    [Fact]
    public async Task Another_instance_that_takes_the_run_over_ends_the_same_alert_and_counts_on()
    {
        await LookAsync(NewWatches(), 0, 3, 500);
        var second = NewWatches();
        await LookAsync(second, 3, 15, 50);
        await LookAsync(second, 15, 20, 500);

        Assert.Equal([(1, AlertStatus.Resolved), (2, AlertStatus.Active)], (await AlertsAsync()).Select(a => (a.Raised.Occurrence, a.Status)));
    }

    [Fact]
    public async Task What_a_person_suppressed_raises_nothing_more_in_the_run()
    {
        var watches = NewWatches();
        await LookAsync(watches, 0, 3, 500);
        var first = Assert.Single(await AlertsAsync());
        await _app.Services.GetRequiredService<Alerts>().DecideAsync(first.Id, a => Alert.Suppress(a, "ada", null, _clock.Now), "ada", CancellationToken.None);
        await LookAsync(watches, 3, 15, 50);
        await LookAsync(watches, 15, 20, 500);

        Assert.Equal(AlertStatus.Suppressed, Assert.Single(await AlertsAsync()).Status);
    }

    [Fact]
    public async Task In_a_maintenance_window_alerts_are_kept_suppressed_and_after_it_they_are_told_again()
    {
        await MaintainAsync("moving", minutes: 1);
        var watches = NewWatches();
        await LookAsync(watches, 0, 3, 500);
        await LookAsync(watches, 3, 15, 50);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await LookAsync(watches, 15, 20, 500);

        Assert.Equal([("moving", AlertStatus.Resolved), (null, AlertStatus.Active)], (await AlertsAsync()).Select(a => (a.Raised.Maintenance, a.Status)));
    }

    [Fact]
    public async Task A_breach_that_outlasts_its_maintenance_is_told_once_when_no_window_covers_its_run_any_more_and_ends_by_itself()
    {
        await MaintainAsync("moving", minutes: 1);
        var window = await MaintainAsync("still moving", minutes: 60);
        var watches = NewWatches();
        await LookAsync(watches, 0, 3, 500);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await LookAtMaintenanceAsync();
        Assert.Equal(AlertStatus.Suppressed, Assert.Single(await AlertsAsync()).Status);

        await AppendAsync(window, new MaintenanceWindowDeactivated("ada", _clock.Now));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => LookAtMaintenanceAsync()));
        Assert.Equal(AlertStatus.Active, Assert.Single(await AlertsAsync()).Status);
        await LookAsync(watches, 3, 15, 50);

        Assert.Equal(["alert_raised", "alert_outlasted_maintenance", "alert_resolved"], await HistoryAsync());
    }

    [Fact]
    public async Task What_is_over_before_its_maintenance_is_and_what_was_found_of_a_whole_run_in_it_is_told_to_nobody()
    {
        await MaintainAsync("moving", minutes: 1);
        var watches = NewWatches();
        await LookAsync(watches, 0, 3, 500);
        await LookAsync(watches, 3, 15, 50);
        await _app.Services.GetRequiredService<Alerts>().RaiseAsync(
            (await AlertsAsync())[0].Raised with { Id = Guid.NewGuid(), Source = AlertSource.Verdict, Key = "verdict" }, CancellationToken.None);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await LookAtMaintenanceAsync();

        Assert.Equal([AlertStatus.Resolved, AlertStatus.Suppressed], (await AlertsAsync()).OrderBy(a => a.Status).Select(a => a.Status));
    }

    [Fact]
    public async Task When_a_run_ends_so_do_its_breaches_and_what_was_found_of_it_as_a_whole_stays()
    {
        var watches = NewWatches();
        await LookAsync(watches, 0, 3, 500);
        await _app.Services.GetRequiredService<Alerts>().RaiseAsync(
            (await AlertsAsync())[0].Raised with { Id = Guid.NewGuid(), Source = AlertSource.Verdict, Key = "verdict" }, CancellationToken.None);

        await watches.EndAsync(_run, CancellationToken.None);

        Assert.Equal([AlertStatus.Active, AlertStatus.Resolved], (await AlertsAsync()).OrderBy(a => a.Status).Select(a => a.Status));
    }

    private Watches NewWatches() => ActivatorUtilities.CreateInstance<Watches>(_app.Services, new RunBaselines(null!, null!, null!));

    private Task LookAtMaintenanceAsync() => ActivatorUtilities.CreateInstance<MaintenanceClock>(_app.Services).LookAsync(CancellationToken.None);

    private async Task<Guid> MaintainAsync(string name, int minutes)
    {
        var terms = new MaintenanceTerms { Name = name, StartsAt = _clock.Now.AddMinutes(-1), EndsAt = _clock.Now.AddMinutes(minutes), Environment = Environment };
        var id = Guid.NewGuid();
        await using var session = Store.LightweightSession();
        session.Events.StartStream<MaintenanceWindow>(id, new MaintenanceWindowCreated(id, terms, "ada", _clock.Now));
        await session.SaveChangesAsync();
        return id;
    }

    private async Task AppendAsync(Guid stream, object happened)
    {
        await using var session = Store.LightweightSession();
        session.Events.Append(stream, happened);
        await session.SaveChangesAsync();
    }

    private async Task<IEnumerable<string>> HistoryAsync()
    {
        await using var session = Store.QuerySession();
        return (await session.Events.FetchStreamAsync((await AlertsAsync()).Single().Id)).Select(e => e.EventTypeName);
    }

    private async Task LookAsync(Watches watches, int from, int to, double responseMs)
    {
        for (var second = from; second < to; second++)
            await watches.LookAsync(Closed(second, responseMs), CancellationToken.None);
    }

    private WindowClosed Closed(int second, double responseMs) =>
        new(_run, second, 0, RunSeconds.Of(second, responseMs), new RunFigures(), [], _clock.Now);

    private async Task<IReadOnlyList<Alert>> AlertsAsync()
    {
        await using var session = Store.QuerySession();
        return await session.QueryAsync<Alert>("where d.data -> 'raised' ->> 'execution_id' = ? order by d.data -> 'raised' ->> 'occurrence'", _run.ToString());
    }
}
