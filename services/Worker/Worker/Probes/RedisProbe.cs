using System.Buffers;
using System.Globalization;
using System.Net.Security;
using System.Text;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Worker.Probes;

/// <summary>Asks Redis for its INFO, in the protocol's second version (RESP2), on a connection that is kept.</summary>
internal sealed class RedisProbe(TargetProbe target, string? password, JudgedHost host) : IProbe
{
    private const int LargestAnswer = 256 * 1024;

    private Stream? _stream;
    private (double Hits, double Misses)? _before;

    public string? ConnectionKind => _stream is null ? null : "redis";

    public async Task<ProbeAnswer> AskAsync(CancellationToken cancellation)
    {
        try
        {
            _stream ??= await OpenAsync(cancellation);
            return Answer(RedisInfo.Read(await SayAsync(_stream, cancellation, "INFO")));
        }
        catch
        {
            // What is half read belongs to no later answer.
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is { } stream)
            await stream.DisposeAsync();
        (_stream, _before) = (null, null);
    }

    private ProbeAnswer Answer(IReadOnlyDictionary<string, double> info)
    {
        var metrics = new Dictionary<string, double>();
        foreach (var (field, metric) in RedisInfo.Metrics)
        {
            if (info.TryGetValue(field, out var value))
                metrics[metric] = value;
        }

        var now = (Hits: info.GetValueOrDefault("keyspace_hits"), Misses: info.GetValueOrDefault("keyspace_misses"));
        if (_before is { } before && now.Hits - before.Hits is >= 0 and var hits && now.Misses - before.Misses is >= 0 and var misses && hits + misses > 0)
            metrics["cache_hit_ratio"] = 100 * hits / (hits + misses);
        _before = now;
        return new ProbeAnswer(metrics, metrics.Count == 0 ? "its INFO has none of the fields that are asked for" : null);
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellation)
    {
        Stream stream = await host.ConnectAsync(cancellation);
        try
        {
            if (new Uri(target.Url) is { Scheme: "rediss" } url)
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = url.IdnHost }, cancellation);
            }

            if (password is not null)
                await SayAsync(stream, cancellation, target.User is null ? ["AUTH", password] : ["AUTH", target.User, password]);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<string> SayAsync(Stream stream, CancellationToken cancellation, params string[] command)
    {
        var words = string.Concat(command.Select(word => $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n"));
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"*{command.Length}\r\n{words}"), cancellation);
        var head = await ReadLineAsync(stream, cancellation);
        return head switch
        {
            ['+', .. var done] => done,
            // The first word of an error says what it is; the rest may say more than is good.
            ['-', .. var error] => throw new ProbeFailedException($"it answered {error.Split(' ')[0]} to {command[0]}"),
            ['$', .. var length] when int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes <= LargestAnswer =>
                await ReadTextAsync(stream, bytes, cancellation),
            _ => throw new ProbeFailedException("what it answered is not Redis' protocol"),
        };
    }

    private static async Task<string> ReadTextAsync(Stream stream, int length, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length + 2);
        try
        {
            await stream.ReadExactlyAsync(buffer.AsMemory(0, length + 2), cancellation);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // A head is a few bytes long: reading them one by one leaves what follows where it is.
    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancellation)
    {
        var line = new StringBuilder();
        var next = new byte[1];
        while (line.Length < 512)
        {
            await stream.ReadExactlyAsync(next, cancellation);
            if (next[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)next[0]);
        }

        throw new ProbeFailedException("what it answered is not Redis' protocol");
    }
}

/// <summary>Redis' INFO: lines of <c>field:value</c> under headings that begin with #.</summary>
internal static class RedisInfo
{
    /// <summary>Field to metric; hits and misses make the ratio besides.</summary>
    public static readonly IReadOnlyDictionary<string, string> Metrics = new Dictionary<string, string>
    {
        ["used_memory"] = "redis_memory_usage",
        ["connected_clients"] = "redis_connected_clients",
        ["instantaneous_ops_per_sec"] = "redis_operations_per_second",
    };

    /// <summary>The fields that are numbers.</summary>
    public static IReadOnlyDictionary<string, double> Read(string info)
    {
        var fields = new Dictionary<string, double>();
        foreach (var line in info.Split('\n'))
        {
            if (line.TrimEnd('\r').Split(':', 2) is [var field, var text] && field[..Math.Min(1, field.Length)] != "#"
                && double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
                fields[field] = value;
        }

        return fields;
    }
}
