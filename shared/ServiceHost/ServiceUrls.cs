using Microsoft.AspNetCore.Builder;

namespace Loadstone.ServiceHost;

/// <summary>Where the instances of another service are: a setting of one URL, or of several with semicolons between them.</summary>
public static class ServiceUrls
{
    /// <summary>The URLs in a setting that must be there.</summary>
    /// <exception cref="InvalidOperationException">It is not, or holds something else.</exception>
    public static IReadOnlyList<Uri> RequiredUrls(this WebApplicationBuilder builder, string setting)
    {
        var urls = builder.Required(setting).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return urls.Length > 0 && urls.All(url => Uri.TryCreate(url, UriKind.Absolute, out _)) ? [.. urls.Select(url => new Uri(url))]
            : throw new InvalidOperationException($"{setting} must be a URL, or several with semicolons between them.");
    }
}

/// <summary>Sends each call to one instance after the other in turn, and to the next when one takes no connection: such a call was not begun.</summary>
internal sealed class AnyInstanceHandler(IReadOnlyList<Uri> urls) : DelegatingHandler
{
    private static uint _turn;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (first, path) = (Interlocked.Increment(ref _turn), request.RequestUri!.PathAndQuery);
        for (uint tries = 0; ; tries++)
        {
            request.RequestUri = new Uri(urls[(int)((first + tries) % urls.Count)], path);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError && tries + 1 < urls.Count)
            {
                continue;
            }
        }
    }
}
