using Loadstone.Contracts;
using Loadstone.EventStore;
using Loadstone.Local;
using Loadstone.Plans;
using Loadstone.Scheduler;
using Loadstone.Scheduler.Schedules;
using Loadstone.ServiceHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Loadstone.Services.Tests;

/// <summary>Schedulers that look at the clock together, over one real database, at times of the test's choosing.</summary>
public sealed class ScheduleClockTests(TestDatabase test) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly DateTimeOffset Made = new(2026, 11, 21, 14, 0, 30, TimeSpan.Zero);

    private readonly Clock _clock = new() { Now = Made };
    private readonly string _configurationUrl = $"http://127.0.0.1:{Ports.PickFree()}";
    private WebApplication _app = null!;
    private WebApplication _configuration = null!;
    private string? _refusal;

    public Task InitializeAsync()
    {
        var builder = BuilderOf("scheduler");
        builder.Configuration["LOADSTONE_POSTGRES"] = test.ConnectionString;
        builder.Configuration["LOADSTONE_CONFIGURATION_URL"] = _configurationUrl;
        builder.AddStore();
        builder.AddInternalClient<IConfigurationClient>("LOADSTONE_CONFIGURATION_URL");
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddSingleton<Fleet>();
        _app = builder.Build();
        return StartConfigurationAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _configuration.DisposeAsync();
    }

    [Fact]
    public async Task A_run_begins_at_its_time_once_however_many_look()
    {
        var schedule = await MakeAsync(new ScheduleBody { ConfigurationId = Guid.NewGuid(), CronExpression = "*/5 * * * *" });
        await LookAsync();
        Assert.Empty(await RunsOfAsync(schedule));

        _clock.Now = Made.AddMinutes(5);
        await LookAsync();
        await LookAsync();

        var run = Assert.Single(await RunsOfAsync(schedule));
        Assert.Equal(("ada", schedule.Body.ConfigurationId), (run.Request.RequestedBy, run.Request.Configuration.ConfigurationId));
        Assert.Equal(["schedule_created", "schedule_ran"], await HistoryAsync(schedule));
    }

    [Fact]
    public async Task A_run_that_is_refused_says_why_in_the_schedules_history_and_the_next_time_is_tried()
    {
        var schedule = await MakeAsync(new ScheduleBody { ConfigurationId = Guid.NewGuid(), CronExpression = "*/5 * * * *" });
        _refusal = "The configuration is not in use.";
        _clock.Now = Made.AddMinutes(5);
        await LookAsync();
        Assert.Equal(["schedule_created", "schedule_skipped"], await HistoryAsync(schedule));

        _refusal = null;
        _clock.Now = Made.AddMinutes(10);
        await LookAsync();
        Assert.Single(await RunsOfAsync(schedule));
    }

    [Fact]
    public async Task While_the_other_service_is_away_a_run_waits_as_long_as_it_is_on_time()
    {
        var schedule = await MakeAsync(new ScheduleBody { ConfigurationId = Guid.NewGuid(), CronExpression = "*/5 * * * *" });
        await _configuration.DisposeAsync();
        _clock.Now = Made.AddMinutes(5);
        await LookAsync();
        Assert.Equal(["schedule_created"], await HistoryAsync(schedule));

        await StartConfigurationAsync();
        _clock.Now = Made.AddMinutes(5.2);
        await LookAsync();
        Assert.Equal(["schedule_created", "schedule_ran"], await HistoryAsync(schedule));
    }

    [Theory]
    [InlineData(MissedRuns.Skip, "schedule_skipped", 0)]
    [InlineData(MissedRuns.RunOnce, "schedule_ran", 1)]
    public async Task While_schedules_are_held_nothing_begins_and_afterwards_what_was_missed_is_dealt_with_as_the_schedule_says(MissedRuns missed, string happened, int runs)
    {
        var schedule = await MakeAsync(new ScheduleBody { ConfigurationId = Guid.NewGuid(), CronExpression = "*/5 * * * *", MissedRuns = missed });
        foreach (var minutes in new[] { 5, 10 })
        {
            _clock.Now = Made.AddMinutes(minutes);
            await LookAsync("hold");
        }

        Assert.Equal(["schedule_created"], await HistoryAsync(schedule));
        _clock.Now = Made.AddMinutes(12);
        await LookAsync();

        Assert.Equal(["schedule_created", happened], await HistoryAsync(schedule));
        Assert.Equal(runs, (await RunsOfAsync(schedule)).Count);
    }

    [Fact]
    public void A_word_for_holding_that_nobody_knows_is_named() =>
        Assert.Equal("LOADSTONE_SCHEDULES must be hold, or not set", Assert.Throws<InvalidOperationException>(() => NewClock("stop")).Message);

    private static WebApplicationBuilder BuilderOf(string service)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["LOADSTONE_INTERNAL_KEY"] = "a key of at least thirty-two characters";
        return builder.AddPlatformDefaults(service);
    }

    // The other service, as far as a schedule asks it.
    private Task StartConfigurationAsync()
    {
        var builder = BuilderOf("configuration");
        builder.WebHost.UseUrls(_configurationUrl);
        _configuration = builder.Build();
        _configuration.UsePlatformDefaults();
        var plan = new TestPlan { Name = "x", MaxVirtualUsers = 1, Duration = TimeSpan.FromSeconds(1), LoadPattern = new ConstantLoad() };
        _configuration.MapGet("/internal/configurations/{id:guid}/runnable", (Guid id) => _refusal is null
            ? new RunnableConfiguration(id, 1, plan, "sample", ["http://127.0.0.1:1"], new Dictionary<string, string>())
            : throw RefusalException.Conflict(_refusal));
        return _configuration.StartAsync();
    }

    private async Task<Schedule> MakeAsync(ScheduleBody body)
    {
        _clock.Now = Made;
        var id = Guid.NewGuid();
        await using var session = _app.Services.GetRequiredService<IDocumentStore>().LightweightSession();
        session.Events.StartStream<Schedule>(id, new ScheduleCreated(id, body, "ada", Made));
        await session.SaveChangesAsync();
        return (await session.LoadAsync<Schedule>(id))!;
    }

    private Task LookAsync(string? schedules = null) => Task.WhenAll(Enumerable.Range(0, 4).Select(_ => NewClock(schedules).LookAsync(CancellationToken.None)));

    private ScheduleClock NewClock(string? schedules) => ActivatorUtilities.CreateInstance<ScheduleClock>(
        _app.Services, new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["LOADSTONE_SCHEDULES"] = schedules }).Build());

    private async Task<IReadOnlyList<Execution>> RunsOfAsync(Schedule schedule)
    {
        await using var session = _app.Services.GetRequiredService<IDocumentStore>().QuerySession();
        return await session.QueryAsync<Execution>(
            "where d.data -> 'request' -> 'configuration' ->> 'configuration_id' = ?", CancellationToken.None, schedule.Body.ConfigurationId.ToString());
    }

    private async Task<IEnumerable<string>> HistoryAsync(Schedule schedule)
    {
        await using var session = _app.Services.GetRequiredService<IDocumentStore>().QuerySession();
        return (await session.Events.FetchStreamAsync(schedule.Id)).Select(e => e.EventTypeName);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
