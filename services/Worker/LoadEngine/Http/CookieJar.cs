using System.Net;

namespace Loadstone.LoadEngine.Http;

/// <summary>The cookies of one user, shared by its strands. It holds nothing until a target has set one.</summary>
internal sealed class CookieJar
{
    private CookieContainer? _cookies;

    public bool HasAny => _cookies is not null;

    /// <summary>The value of the Cookie header for a request (RFC 6265 §5.4); null for none.</summary>
    public string? HeaderFor(Uri url) => _cookies?.GetCookieHeader(url) is { Length: > 0 } header ? header : null;

    /// <summary>Keeps the cookies of an answer. One that cannot be read is passed over, as browsers do.</summary>
    public void Take(Uri url, IEnumerable<string> setCookies)
    {
        _cookies ??= new CookieContainer();
        foreach (var cookie in setCookies)
        {
            try
            {
                _cookies.SetCookies(url, cookie);
            }
            catch (CookieException)
            {
                continue;
            }
        }
    }

    public void Forget() => _cookies = null;
}
