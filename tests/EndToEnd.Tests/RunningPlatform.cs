using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Local;
using Loadstone.Plans;
using Loadstone.Services.Tests.Alerting;

namespace Loadstone.EndToEnd.Tests;

/// <summary>The whole platform, started once for all tests that use it.</summary>
public class RunningPlatform : IAsyncLifetime
{
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private StateFolder? _folder;
    private Platform? _platform;

    public LocalServers Servers { get; private set; } = null!;

    /// <summary>Where its e-mails go; it has no password for who does not encrypt.</summary>
    internal MailReceiver Mail { get; } = new(MailReceiver.SelfMade());

    /// <summary>Where everything that it keeps is.</summary>
    public string Folder => _folder!.Path;

    public Platform Platform => _platform!;

    public ILoadstoneApi Api { get; private set; } = null!;

    /// <summary>The gateway, for requests that no well-behaved client would make.</summary>
    public HttpClient Gateway { get; private set; } = null!;

    /// <summary>The sample target's counts and knobs.</summary>
    public HttpClient Target { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Servers = await TestServers.GetAsync();
        _folder = StateFolder.Open(StateFolder.FindClone(), "test-platform");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        _platform = await Platform.StartAsync(_folder, Servers, await SettingsAsync(), patience.Token);
        Api = LoadstoneClient.Connect(_platform.Gateway, _platform.Key);
        Gateway = Caller(_platform.Key);
        Target = new HttpClient { BaseAddress = _platform.Target, Timeout = Longest };
    }

    public virtual async Task DisposeAsync()
    {
        Gateway?.Dispose();
        Target?.Dispose();
        if (_platform is not null)
            await _platform.DisposeAsync();
        _folder?.Dispose();
        OtlpReceiver.Instance.Dispose();
        Mail.Dispose();
    }

    /// <summary>Where the services of this platform write their logs.</summary>
    public string Logs => Path.Combine(_folder!.Path, "logs");

    /// <summary>A person of a role, signed in.</summary>
    public async Task<Person> NewPersonAsync(string role)
    {
        var (name, password) = ($"u{Guid.NewGuid():N}", $"correct horse {Guid.NewGuid()}");
        var id = (await Api.CreateUserAsync(new NewUserRequest(name, role, password), CancellationToken.None)).User.Id;
        return new Person(id, name, password, (await Api.SignInAsync(new SignInRequest(name, password), CancellationToken.None)).Tokens!);
    }

    /// <summary>A key of a role, with a name of its own.</summary>
    public Task<NewKeyAnswer> NewKeyAsync(string role, string[]? scopes = null, DateTimeOffset? expires = null) =>
        Api.CreateKeyAsync(new NewKeyRequest($"test {Guid.NewGuid()}", role, scopes, expires), CancellationToken.None);

    /// <summary>The gateway, for whoever has a key or token, or for nobody known.</summary>
    public HttpClient Caller(string? credential)
    {
        var caller = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Platform.Gateway, Timeout = Longest };
        if (credential is not null)
            caller.DefaultRequestHeaders.Authorization = new("Bearer", credential);
        return caller;
    }

    /// <summary>Stores a plan and asks for a run of it.</summary>
    public async Task<ExecutionView> ExecuteAsync(JsonObject plan)
    {
        var configuration = await Api.CreateConfigurationAsync(plan, CancellationToken.None);
        var request = new ExecuteRequest(configuration.Configuration["id"]!.GetValue<Guid>(), null);
        return (await Api.ExecuteAsync(Guid.NewGuid().ToString(), request, CancellationToken.None)).Execution;
    }

    /// <summary>Runs a plan to its end, with the target's counts set to zero before.</summary>
    public async Task<ExecutionView> RunAsync(JsonObject plan, object? knobs = null)
    {
        (await Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        if (knobs is not null)
            (await Target.PutAsJsonAsync("/knobs", knobs)).EnsureSuccessStatusCode();
        return await EndOfAsync((await ExecuteAsync(plan)).Id);
    }

    /// <summary>
    /// Runs again what came out as invalid: a machine that is busy with other things can spoil a run, and says so; such a run is no evidence
    /// of anything.
    /// </summary>
    public static async Task<ExecutionView> TrustedAsync(Func<Task<ExecutionView>> run)
    {
        // Whatever else keeps the machine busy, such as tests that only compute, is over by then.
        var began = Stopwatch.StartNew();
        while (began.Elapsed < 2 * Longest)
        {
            if (await run() is { Verdict: not VerdictOutcome.Invalid } execution)
                return execution;
        }

        throw new InvalidOperationException("This machine is too busy to measure anything.");
    }

    /// <summary>Follows an execution until it is over.</summary>
    public Task<ExecutionView> EndOfAsync(Guid id) => UntilAsync(id, status => status.Execution.IsOver);

    /// <summary>Follows an execution until something is true of it.</summary>
    public async Task<ExecutionView> UntilAsync(Guid id, Func<ExecutionStatusAnswer, bool> isSo)
    {
        using var patience = new CancellationTokenSource(Longest);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            var status = await Api.StatusAsync(id, patience.Token);
            if (isSo(status))
                return status.Execution;
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>Asks again and again until something is so; ends the test when it does not become so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(Longest);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await isSo())
            await timer.WaitForNextTickAsync(patience.Token);
    }

    public async Task<long> TargetRequestsAsync() =>
        (await Target.GetFromJsonAsync<JsonObject>("/counts"))!["total"]!.GetValue<long>();

    /// <summary>Passed; or invalid, which is what a machine that is busy with other things makes of it, and says so.</summary>
    public static void AssertPassed(VerdictOutcome? verdict) => Assert.Contains(verdict, new VerdictOutcome?[] { VerdictOutcome.Passed, VerdictOutcome.Invalid });

    /// <summary>A short plan of one request after the other; members given replace or add to it.</summary>
    public static JsonObject Plan(string members = "", string step = """{ "action": "http", "name": "fixed", "path": "/fixed" }""")
    {
        var plan = JsonNode.Parse($$"""
            {
              "name": "plan {{Guid.NewGuid()}}", "duration": "3s", "max_virtual_users": 5, "load_pattern": { "type": "constant" },
              "scenario_config": { "think_time": 0.05, "scenarios": [ { "name": "s", "user_journey": [ {{step}} ] } ] }
            }
            """)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse($"{{ {members} }}")!.AsObject().ToArray())
            plan[name] = value?.DeepClone();
        return plan;
    }

    /// <summary>What the services are told in place of the usual.</summary>
    protected virtual Task<Dictionary<string, string>> SettingsAsync() => Task.FromResult(new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = OtlpReceiver.Instance.Url.ToString(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        // What some tests keep for Sunday at two would begin beside others that count the target's requests.
        ["LOADSTONE_SCHEDULES"] = "hold",
        ["LOADSTONE_SMTP_URL"] = $"smtp://loadstone:correct%20horse@localhost:{Mail.Port}",
        ["SSL_CERT_FILE"] = Mail.WriteCertificate(Folder),
        // Two pauses, of one second and two, before a subscriber who is down is given up.
        ["LOADSTONE_DELIVERY_ATTEMPTS"] = "3",
        ["LOADSTONE_LIMIT_READS"] = "100000",
        ["LOADSTONE_LIMIT_WRITES"] = "100000",
        ["LOADSTONE_LIMIT_EXECUTES"] = "100000",
        ["LOADSTONE_LIMIT_SIGN_INS"] = "100000",
    });
}

/// <summary>Somebody who has signed in.</summary>
public sealed record Person(Guid Id, string Name, string Password, TokensView Tokens);

[CollectionDefinition(nameof(RunningPlatform))]
public sealed class PlatformCollection : ICollectionFixture<RunningPlatform>;
