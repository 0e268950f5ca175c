using Loadstone.Plans;

namespace Loadstone.LoadEngine.Http;

/// <summary>The only places a run may send requests to: the origins of its environment's base URLs. The first is the usual one.</summary>
internal sealed class Origins
{
    private readonly List<Origin> _all = [];
    private readonly bool _open;
    private readonly Origin? _proxy;

    /// <param name="baseUrls">The base URLs; at least one unless every path of the plan is a whole URL.</param>
    /// <param name="open">True when whole URLs in the plan add their origins: a run of one's own, without a platform.</param>
    /// <param name="settings">How requests travel.</param>
    public Origins(IEnumerable<Uri> baseUrls, bool open, HttpSettings? settings = null)
    {
        _open = open;
        // The platform's client sees to its proxy itself.
        _proxy = settings is { Version: HttpProtocol.Http11, Proxy: { } proxy } ? new Origin(new Uri(proxy), null) : null;
        foreach (var url in baseUrls)
            _ = Find(url) ?? Add(url);
    }

    public IReadOnlyList<Origin> All => _all;

    /// <summary>The origin of a URL; null when it is not allowed.</summary>
    public Origin? Find(Uri url)
    {
        foreach (var origin in _all)
        {
            if (origin.Is(url))
                return origin;
        }

        return null;
    }

    /// <summary>The origin a step's path leads to, before the run.</summary>
    /// <exception cref="PlanNotRunnableException">The path is a URL outside the allowed origins, or there is none to be relative to.</exception>
    public Origin Of(string path)
    {
        if (!path.StartsWith('/') && Uri.TryCreate(path, UriKind.Absolute, out var url))
        {
            return Find(url) ?? (_open ? Add(url) : throw new PlanNotRunnableException(
                $"{url.GetLeftPart(UriPartial.Authority)} is not one of the environment's base URLs"));
        }

        return _all.Count > 0 ? _all[0] : throw new NoTargetException(
            $"the path {path} is relative, and there is no base URL: name the target");
    }

    private Origin Add(Uri url)
    {
        var origin = new Origin(url, _proxy);
        _all.Add(origin);
        return origin;
    }
}
