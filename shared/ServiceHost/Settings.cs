using Microsoft.AspNetCore.Builder;

namespace Loadstone.ServiceHost;

/// <summary>Settings come from the environment; what must be there and is not ends the start with one clear sentence.</summary>
public static class Settings
{
    /// <summary>A setting that must be there.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public static string Required(this WebApplicationBuilder builder, string name) => builder.Configuration[name] is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{name} must be set for this service.");
}
