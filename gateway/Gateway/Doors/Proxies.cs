using Microsoft.AspNetCore.HttpOverrides;

namespace Loadstone.Gateway.Doors;

/// <summary>
/// Whose word is taken for where a call comes from. Behind a proxy that ends TLS, <c>LOADSTONE_TRUSTED_PROXIES</c> names its addresses
/// or networks; without it, X-Forwarded headers mean nothing.
/// </summary>
internal static class Proxies
{
    public static void UseProxies(this WebApplication app)
    {
        var trusted = app.Configuration["LOADSTONE_TRUSTED_PROXIES"]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (trusted.Length == 0)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in trusted)
            options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network.Contains('/', StringComparison.Ordinal) ? network : $"{network}/{(network.Contains(':', StringComparison.Ordinal) ? 128 : 32)}"));
        app.UseForwardedHeaders(options);
    }
}
