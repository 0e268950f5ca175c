using System.Net.Sockets;
using System.Text;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>Bytes on a socket that are HTTP only in part, and what comes back.</summary>
internal static class RawRequests
{
    /// <summary>Bytes that begin as a request and go wrong somewhere, or are noise altogether.</summary>
    public static byte[] Make(Random random, string path)
    {
        string[] heads =
        [
            $"GET {path}\r\n\r\n", $"GET {path} HTTP/9.9\r\nHost: x\r\n\r\n", $"get {path} HTTP/1.1\r\nHost: x\r\n\r\n", $"G\0T {path} HTTP/1.1\r\nHost: x\r\n\r\n", $"GET {path} HTTP/1.1\r\n\r\n",
            $"GET {path} HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", $"GET {path} HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n", $"GET {path} HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n", $"GET {path} HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
            $"GET {path}\x01\x02 HTTP/1.1\r\nHost: x\r\n\r\n", $"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n", $"GET * HTTP/1.1\r\nHost: x\r\n\r\n", $"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT 127.0.0.1:5432 HTTP/1.1\r\nHost: 127.0.0.1:5432\r\n\r\n",
            $"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", $"GET {path} HTTP/1.1\r\nHost: x\r\nBig: {new string('x', 40_000)}\r\n\r\n",
            $"GET /{new string('y', 20_000)} HTTP/1.1\r\nHost: x\r\n\r\n", $"GET {path} HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 200).Select(i => $"H{i}: v\r\n"))}\r\n",
            $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\nx",
            $"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", $"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n",
            $"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nFFFFFFFFFFFFFFFF\r\n{{}}", $"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            $"POST {path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{{}}", $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}",
            $"GET {path} HTTP/1.1\r\nHost: x\r\n\r\nGET {path} HTTP/1.1\r\nHost: x\r\n\r\n", $"GET {path} HTTP/1.1\r\nHost: x\r\nLoadstone-Identity: eyJDYWxsZXIiOnt9fQ==.AAAA\r\n\r\n", $"GET /%2e%2e/%2e%2e{path} HTTP/1.1\r\nHost: x\r\n\r\n", $"GET //{path} HTTP/1.1\r\nHost: x\r\n\r\n",
        ];
        var bytes = Encoding.Latin1.GetBytes(heads[random.Next(heads.Length)]);
        return random.Next(4) switch
        {
            0 => Noise(random, random.Next(1, 4000)),
            1 => Flip(random, bytes),
            2 => bytes[..random.Next(1, bytes.Length)],
            _ => bytes,
        };
    }

    /// <summary>Sends bytes and reads what comes back, until it is hung up on or nothing more comes for so long.</summary>
    public static async Task<string> ExchangeAsync(Uri gateway, byte[] bytes, TimeSpan silence)
    {
        using var client = new TcpClient();
        var (heard, part) = (new MemoryStream(), new byte[16 * 1024]);
        try
        {
            await client.ConnectAsync(gateway.Host, gateway.Port);
            var stream = client.GetStream();
            await stream.WriteAsync(bytes);
            // Without an end on our side: half-closed, the gateway would hold us for gone.
            while (await stream.ReadAsync(part).AsTask().WaitAsync(silence) is > 0 and var count)
                heard.Write(part, 0, count);
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException)
        {
            // It was hung up on, or nobody had anything more to say.
        }

        return Encoding.UTF8.GetString(heard.ToArray());
    }

    private static byte[] Noise(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Flip(Random random, byte[] bytes)
    {
        for (var i = random.Next(1, 8); i > 0; i--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }
}
