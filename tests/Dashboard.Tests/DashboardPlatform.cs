using Loadstone.Client;
using Loadstone.EndToEnd.Tests;
using Loadstone.Local;
using Microsoft.Playwright;
using Npgsql;

namespace Loadstone.Dashboard.Tests;

/// <summary>The whole platform with its dashboard and a browser, started once for all tests. Its database is empty at first.</summary>
public sealed class DashboardPlatform : RunningPlatform
{
    // For machines that are busy with other tests; nothing waits longer than it has to.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private Chromium? _chromium;
    private readonly List<ExecutionView> _samples = [];
    private Guid? _sample;
    private int _nextSample;

    private const string TwoScenarios = """
        "scenario_config": { "think_time": 0.05, "scenarios": [
          { "name": "usual", "weight": 4, "user_journey": [ { "action": "http", "name": "fixed", "path": "/fixed" } ] },
          { "name": "rare", "user_journey": [ { "action": "http", "name": "slow", "path": "/fixed?ms=30" } ] } ] }
        """;

    /// <summary>What the overview said before anything was made or run.</summary>
    public string FirstSight { get; private set; } = "";

    public override async Task InitializeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        using (var folder = StateFolder.Open(StateFolder.FindClone(), "test-dashboard"))
            _chromium = await Chromium.StartAsync(folder, Console.WriteLine, patience.Token);
        await base.InitializeAsync();
        Assertions.SetDefaultExpectTimeout((float)Patience.TotalMilliseconds);
        await using var first = await VisitAsync("admin");
        await Assertions.Expect(first.Page.GetByText("No load tests executed yet")).ToBeVisibleAsync();
        FirstSight = await first.Page.Locator("main").InnerTextAsync();
    }

    public override async Task DisposeAsync()
    {
        if (_chromium is not null)
            await _chromium.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>A new browser profile in which a new person of a role has signed in, by the page.</summary>
    public async Task<Visit> VisitAsync(string role, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var person = await NewPersonAsync(role);
        var visit = await ArriveAsync(width, height, scheme);
        await visit.SignInAsync(person.Name, person.Password);
        return visit;
    }

    /// <summary>A new browser profile, nobody signed in.</summary>
    public async Task<Visit> ArriveAsync(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _chromium!.NewProfileAsync(Platform.Gateway, width, height, scheme);
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        return new Visit(context, await context.NewPageAsync());
    }

    /// <summary>Stores a plan, and says the id and the name.</summary>
    public async Task<(Guid Id, string Name)> ConfigureAsync(string members = "")
    {
        var stored = (await Api.CreateConfigurationAsync(Plan(members), CancellationToken.None)).Configuration;
        return (stored["id"]!.GetValue<Guid>(), stored["name"]!.ToString());
    }

    /// <summary>Ends whatever a test that failed has left running, for the page shows one run at a time.</summary>
    public async Task QuietAsync()
    {
        foreach (var run in (await Api.StopAllExecutionsAsync([], CancellationToken.None)).Stopped)
            await EndOfAsync(run);
    }

    /// <summary>The configuration whose runs <see cref="SampleRunAsync"/> makes.</summary>
    public string SampleName { get; } = $"sample {Guid.NewGuid()}";

    /// <summary>A finished run of one configuration; the first two calls of each test find those that are there.</summary>
    public async Task<ExecutionView> SampleRunAsync()
    {
        if (_samples.Count < 2)
            _samples.Add(await RunSampleAsync());
        return _samples[_nextSample++ % _samples.Count];
    }

    private async Task<ExecutionView> RunSampleAsync()
    {
        _sample ??= (await ConfigureAsync($$""" "name": "{{SampleName}}", {{TwoScenarios}} """)).Id;
        var asked = await Api.ExecuteAsync(Guid.NewGuid().ToString(), new ExecuteRequest(_sample, $"sample run {_samples.Count + 1}"), CancellationToken.None);
        return await EndOfAsync(asked.Execution.Id);
    }

    // Other tests may have left executions in the servers' own database.
    protected override async Task<Dictionary<string, string>> SettingsAsync()
    {
        var name = $"dashboard_tests_{Guid.NewGuid():N}";
        await using var maintenance = NpgsqlDataSource.Create(Servers.PostgresConnectionString);
        await using var create = maintenance.CreateCommand($"create database {name}");
        await create.ExecuteNonQueryAsync();
        var settings = await base.SettingsAsync();
        settings[LocalServers.PostgresVariable] = new NpgsqlConnectionStringBuilder(Servers.PostgresConnectionString) { Database = name, MaxPoolSize = 25 }.ConnectionString;
        return settings;
    }
}

[CollectionDefinition(nameof(DashboardPlatform))]
public sealed class DashboardCollection : ICollectionFixture<DashboardPlatform>;
