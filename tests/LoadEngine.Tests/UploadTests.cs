using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

public sealed class UploadTests
{
    [Fact]
    public async Task A_file_arrives_in_chunks_and_is_verified_by_size_and_hash()
    {
        await using var server = new UploadServer();
        var end = await RealRun.OfSteps(server.Url, "- { action: upload, name: photo, size: 1MB, chunk_size: 100000, file_name: 'p-{{user.index}}.jpg' }", iterations: 2, users: 3);

        var file = Of(end, "photo");
        Assert.Equal((6, 6, OperationKind.Transaction), (file.Sent, file.Ok, file.Kind));
        Assert.Equal((66, 6), (Of(end, "photo: chunk").Ok, Of(end, "photo: complete").ChecksPassed));
        Assert.Equal(78, end.Total.Total().Sent);
        Assert.Equal(6, server.Files.Count(f => f.Announced == f.Sha256));
        Assert.Equal(6, server.Files.Select(f => f.Sha256).Distinct().Count());
        Assert.All(server.Files, f => Assert.Equal(1 << 20, f.Size));
        Assert.Equal(["p-1.jpg", "p-2.jpg", "p-3.jpg"], server.Files.Select(f => f.Name).Distinct().Order());
    }

    [Fact]
    public async Task A_file_that_is_not_what_was_sent_is_a_failed_check_and_a_failed_upload()
    {
        await using var server = new UploadServer { Spoils = true };
        var end = await RealRun.OfSteps(server.Url, "- { action: upload, name: photo, size: 10KB }");

        Assert.Equal((1, 1), (Of(end, "photo: complete").ChecksFailed, Of(end, "photo").Failed));
    }

    [Fact]
    public async Task Files_sent_beside_one_another_do_not_mix()
    {
        await using var server = new UploadServer();
        var end = await RealRun.OfSteps(server.Url, """
            - { action: parallel, steps: [ { action: upload, name: photo, size: 300KB, chunk_size: 10KB }, { action: upload, name: photo, size: 200KB, chunk_size: 10KB } ] }
            """, iterations: 3);

        Assert.Equal((6, 6), (Of(end, "photo").Ok, Of(end, "photo: complete").ChecksPassed));
        Assert.All(server.Files, f => Assert.Equal(f.Announced, f.Sha256));
    }

    [Fact]
    public async Task An_empty_file_is_a_file()
    {
        await using var server = new UploadServer();
        var end = await RealRun.OfSteps(server.Url, "- { action: upload, name: photo, size: 0 }");

        Assert.Equal((1, 1, 2), (Of(end, "photo").Ok, Of(end, "photo: complete").ChecksPassed, end.Total.Total().Sent));
    }

    [Fact]
    public async Task A_chunk_that_is_refused_ends_the_upload_but_not_the_journey()
    {
        await using var server = new UploadServer { RefusesChunk = 2 };
        var end = await RealRun.OfSteps(server.Url, "- { action: upload, name: photo, size: 10KB, chunk_size: 1KB }\n- { path: /after, name: after }");

        Assert.Equal((3, 1, 1), (Of(end, "photo: chunk").Sent, Of(end, "photo: chunk").Failed, Of(end, "photo").Failed));
        Assert.Equal((1, 1), (Of(end, "after").Sent, end.Total.Iterations.Completed));
        Assert.DoesNotContain(end.Total.Operations, o => o.Operation == "photo: complete" && o.Sent > 0);
    }

    private static OperationWindow Of(RunEnd end, string operation) => end.Total.Operations.Single(o => o.Operation == operation);

    private sealed record ReceivedFile(string Name, string Announced)
    {
        public IncrementalHash Hash { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Size { get; set; }

        public string? Sha256 { get; set; }
    }

    /// <summary>Takes uploads as the sample target does, without its sign-in.</summary>
    private sealed class UploadServer : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly ConcurrentDictionary<string, ReceivedFile> _files = new();
        private readonly Task _serving;

        public UploadServer()
        {
            Url = new Uri($"http://127.0.0.1:{Local.Ports.PickFree()}/");
            _listener.Prefixes.Add(Url.ToString());
            _listener.Start();
            _serving = ServeAsync();
        }

        public Uri Url { get; }

        public bool Spoils { get; init; }

        public int? RefusesChunk { get; init; }

        public IEnumerable<ReceivedFile> Files => _files.Values;

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task ServeAsync()
        {
            while (true)
                _ = AnswerAsync(await _listener.GetContextAsync());
        }

        private async Task AnswerAsync(HttpListenerContext context)
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            var parts = context.Request.Url!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
            var answer = parts switch
            {
                ["api", "uploads"] => Begin(JsonSerializer.Deserialize<JsonElement>(body.ToArray())),
                ["api", "uploads", var id, "chunks", var n] => Take(_files[id], int.Parse(n), body.ToArray(), context.Response),
                ["api", "uploads", var id, "complete"] => Complete(_files[id]),
                _ => new object(),
            };
            await JsonSerializer.SerializeAsync(context.Response.OutputStream, answer);
            context.Response.Close();
        }

        private object Begin(JsonElement announced)
        {
            var id = Guid.NewGuid().ToString();
            _files[id] = new ReceivedFile(announced.GetProperty("name").GetString()!, announced.GetProperty("sha256").GetString()!);
            return new { id };
        }

        private object Take(ReceivedFile file, int number, byte[] chunk, HttpListenerResponse response)
        {
            if (number == RefusesChunk)
                response.StatusCode = 500;
            file.Hash.AppendData(chunk);
            file.Size += chunk.Length;
            return new { number };
        }

        private object Complete(ReceivedFile file)
        {
            file.Sha256 = Convert.ToHexStringLower(file.Hash.GetHashAndReset());
            return new { received = file.Size, sha256 = Spoils ? new string('0', 64) : file.Sha256 };
        }
    }
}
