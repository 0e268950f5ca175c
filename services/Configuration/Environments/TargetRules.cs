using System.Net;
using System.Net.Sockets;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration.Environments;

/// <summary>The rules of <see cref="TargetPolicy"/> for the names in an environment, as they resolve now. Workers ask again at every connect.</summary>
internal static class TargetRules
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Notes every URL that leads where no run may go. A name that does not resolve yet is let be.</summary>
    public static async Task CheckAsync(TargetSystem system, TargetPolicy policy, DocumentErrors errors, CancellationToken cancellation)
    {
        var urls = system.BaseUrls.Select((url, i) => (Url: url, Path: $"base_urls[{i}]"))
            .Concat(system.Probes.Select((probe, i) => (probe.Url, Path: $"probes[{i}].url")));
        foreach (var (path, refusal) in await Task.WhenAll(urls.Select(async u => (u.Path, await RefusalAsync(u.Url, policy, cancellation)))))
        {
            if (refusal is not null)
                errors.Add(path, refusal);
        }
    }

    /// <summary>The addresses a URL's host leads to now; none when it does not resolve in time.</summary>
    public static async Task<IPAddress[]> AddressesAsync(Uri url, TargetPolicy policy, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var literal))
            return [literal];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return await policy.Resolve(url.IdnHost, patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is SocketException or ArgumentException or OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>
    /// Refuses a run against a system that nobody has proven to be theirs to test, with the steps to take. This machine needs no
    /// proof, and with <c>LOADSTONE_REQUIRE_PROOF=false</c> nothing does; a proof is good for <c>LOADSTONE_PROOF_DAYS</c> (90).
    /// </summary>
    public static async Task MustBeOursAsync(this TargetEnvironment environment, IConfiguration settings, DateTimeOffset now, CancellationToken cancellation)
    {
        if (!settings.GetValue("LOADSTONE_REQUIRE_PROOF", true))
            return;
        var goodFor = TimeSpan.FromDays(settings.GetValue("LOADSTONE_PROOF_DAYS", 90));
        var unproven = environment.System.BaseUrls.Select(OwnershipProof.OriginOf).Distinct()
            .Where(origin => !environment.ProvenAt.TryGetValue(origin, out var at) || now - at > goodFor).ToList();
        var policy = unproven.Count == 0 ? null : await PlatformAddresses.PolicyAsync(settings, cancellation);
        foreach (var origin in unproven)
        {
            var addresses = await AddressesAsync(new Uri(origin), policy!, cancellation);
            if (addresses.Length == 0 || addresses.Any(a => policy!.KindOf(a) != AddressKind.Loopback))
                throw RefusalException.Conflict(StepsFor(origin, environment, expired: environment.ProvenAt.ContainsKey(origin)));
        }
    }

    private static string StepsFor(string origin, TargetEnvironment environment, bool expired)
    {
        var token = OwnershipProof.TokenOf(environment.Id);
        return $"{origin} is not {(expired ? "any more " : "")}proven to be yours to put under load. Serve the text {token} at {origin}{OwnershipProof.PathOf(token)}, "
            + $"or set the DNS TXT record _loadstone.{new Uri(origin).IdnHost} to it; then POST /api/load-testing/environments/{environment.Id}/verify.";
    }

    private static async Task<string?> RefusalAsync(string text, TargetPolicy policy, CancellationToken cancellation) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
            ? policy.Refusal(await AddressesAsync(url, policy, cancellation), TargetProbe.PortOf(url), before: null)
            : null;
}
