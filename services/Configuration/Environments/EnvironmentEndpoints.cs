using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration.Environments;

internal static class EnvironmentEndpoints
{
    private const string Path = "/api/load-testing/environments";

    public static void MapEnvironments(this WebApplication app)
    {
        new EnvironmentResourceKind(app.Services.GetRequiredService<SecretBox>()).Map(app, Path);
        app.MapGet(Path, ListAsync);
        app.MapPost($"{Path}/{{id:guid}}/verify", VerifyAsync);
    }

    /// <summary>An active environment by its name.</summary>
    public static Task<TargetEnvironment?> FindEnvironmentAsync(this IQuerySession session, string name) =>
        TakenName.FindAsync<TargetEnvironment>(session, "environment", name);

    private static async Task<JsonObject> ListAsync(
        IQuerySession session, string? name, string? active, string? limit, string? cursor, CancellationToken cancellation)
    {
        var filter = ListFilter.ByActive(active)
            .AddIf(name, "d.data -> 'system' ->> 'name' = ?");
        return (await Page.ReadAsync<TargetEnvironment>(session, filter, limit, cursor, cancellation)).ToJson("environments");
    }

    // How it came out is an event, whichever way.
    private static async Task<JsonObject> VerifyAsync(HttpContext http, Guid id, IDocumentSession session, IConfiguration settings, TimeProvider time)
    {
        var stream = await session.Events.FetchForWriting<TargetEnvironment>(id, http.RequestAborted);
        var environment = stream.Aggregate ?? throw RefusalException.NotFound("environment", id);
        environment.MustBeActive("environment");
        var policy = await PlatformAddresses.PolicyAsync(settings, http.RequestAborted);
        var (token, dns) = (OwnershipProof.TokenOf(id), TextRecords.ResolverOf(settings));
        var origins = environment.System.BaseUrls.Select(OwnershipProof.OriginOf).Distinct();
        var proofs = await Task.WhenAll(origins.Select(origin => OwnershipProof.LookAsync(origin, token, policy, dns, http.RequestAborted)));
        var by = InternalIdentity.CallerOf(http).User;
        session.SetHeader("actor", by);
        stream.AppendOne(new OwnershipChecked(proofs, by, time.GetUtcNow()));
        try
        {
            await session.SaveChangesAsync(http.RequestAborted);
        }
        catch (ConcurrencyException)
        {
            throw RefusalException.Conflict("Somebody else has just changed the environment; verify it again.");
        }

        var now = await session.LoadAsync<TargetEnvironment>(id, http.RequestAborted);
        return new JsonObject
        {
            ["success"] = true,
            ["verified"] = proofs.All(p => p.Proven),
            ["origins"] = JsonSerializer.SerializeToNode(proofs, WireJson.Options),
            ["environment"] = now!.ToJson(),
        };
    }
}

internal sealed class EnvironmentResourceKind(SecretBox box) : ResourceKind<TargetEnvironment, TargetSystem>
{
    public override string Name => "environment";

    public override IReadOnlyList<string> ShownMembers => [OwnershipProof.Member];

    public override TargetSystem Read(DocumentNode node) => TargetSystem.Read(node);

    public override string NameOf(TargetSystem body) => body.Name;

    public override TargetSystem BodyOf(TargetEnvironment resource) => resource.System;

    public override object Created(Guid id, TargetSystem body, string by, DateTimeOffset at) => new EnvironmentRegistered(id, body, by, at);

    public override object Changed(TargetSystem body, string by, DateTimeOffset at) => new EnvironmentChanged(body, by, at);

    public override object Deactivated(string by, DateTimeOffset at) => new EnvironmentDeactivated(by, at);

    public override async Task CheckAsync(Proposal<TargetEnvironment, TargetSystem> proposal)
    {
        var (body, before, session, http, errors) = proposal;
        body.Limits.CheckRaise(before?.System.Limits, proposal.Caller, errors);
        foreach (var (name, value) in body.GivenSecrets ?? new Dictionary<string, string?>())
        {
            if (value is null && before?.System.Secrets.ContainsKey(name) != true)
                errors.Add($"secrets.{name}", "has no value yet: give it one");
            else if (value is not null && !box.HasKey)
                errors.Add($"secrets.{name}", "cannot be kept: the operator has given this platform no LOADSTONE_SECRETS_KEY");
        }

        if (body.RequiresPassedRunIn is { } other && await session.FindEnvironmentAsync(other) is null)
            errors.Add("requires_passed_run_in", $"names no registered environment: {other}");
        var policy = await PlatformAddresses.PolicyAsync(http.RequestServices.GetRequiredService<IConfiguration>(), http.RequestAborted);
        await TargetRules.CheckAsync(body, policy, errors, http.RequestAborted);
    }

    // What is not named any more is gone for good: no event has ever held it.
    protected override async Task KeepBesideAsync(IDocumentSession session, Guid id, TargetSystem body, CancellationToken cancellation)
    {
        var kept = (await session.LoadAsync<EnvironmentSecrets>(id, cancellation))?.Sealed ?? new Dictionary<string, string>();
        var values = (body.GivenSecrets ?? new Dictionary<string, string?>())
            .ToDictionary(s => s.Key, s => s.Value is { } value ? box.Seal(id, s.Key, value) : kept.GetValueOrDefault(s.Key, ""));
        if (values.Count > 0 || kept.Count > 0)
            session.Store(new EnvironmentSecrets(id, values));
    }
}
