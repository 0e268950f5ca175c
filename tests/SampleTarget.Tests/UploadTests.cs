using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;

namespace Loadstone.SampleTarget.Tests;

public sealed class UploadTests
{
    private const int ChunkBytes = 64 * 1024;

    [Fact]
    public async Task Files_sent_in_chunks_at_once_are_each_verified_by_size_and_hash()
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => SendAndVerifyAsync(member, FileOf((1024 * 1024) + n))));
        Assert.Equal(20, (await target.CountsAsync()).Number("uploads"));
    }

    [Fact]
    public async Task Ranges_do_for_numbered_chunks()
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        var (id, file) = (await BeginAsync(member, new { }), FileOf(100_000));
        Assert.Equal(HttpStatusCode.OK, (await PutRangeAsync(member, id, file, 0, 60_000)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PutRangeAsync(member, id, file, 40_000, 100_000)).StatusCode);
        Assert.Equal(Hash(file), (await CompleteAsync(member, id).JsonAsync()).Text("sha256"));
    }

    [Fact]
    public async Task A_chunk_that_broke_off_may_be_sent_again_from_its_beginning()
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        var (id, file) = (await BeginAsync(member, new { }), FileOf(3 * ChunkBytes));
        await PutChunkAsync(member, id, file, 0);

        using var broken = await RawConnection.OpenAsync(target);
        var head = $"PUT /api/uploads/{id}/chunks/1 HTTP/1.1\r\nHost: t\r\nAuthorization: {member.DefaultRequestHeaders.Authorization}\r\n";
        await broken.SendAsync($"{head}Content-Length: {ChunkBytes}\r\n\r\n");
        await broken.SendAsync(System.Text.Encoding.ASCII.GetString(file, ChunkBytes, 10_000));
        while ((await member.GetAsync($"/api/uploads/{id}").JsonAsync()).Number("received") < ChunkBytes + 10_000) await Task.Yield();
        broken.Break();
        await target.CountsWhenAsync(counts => counts.Number("aborted_by_client") == 1);

        foreach (var n in new[] { 1, 1, 2 }) Assert.Equal(HttpStatusCode.OK, (await PutChunkAsync(member, id, file, n)).StatusCode);
        var done = await CompleteAsync(member, id).JsonAsync();
        Assert.Equal((file.Length, Hash(file)), ((int)done.Number("received"), done.Text("sha256")));
    }

    [Fact]
    public async Task A_gap_is_refused_and_so_is_a_chunk_after_the_end()
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        var (id, file) = (await BeginAsync(member, new { }), FileOf(3 * ChunkBytes));
        Assert.Equal(HttpStatusCode.Conflict, (await PutChunkAsync(member, id, file, 1)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await PutRangeAsync(member, id, file, 10, 20)).StatusCode);
        await CompleteAsync(member, id);
        Assert.Equal(HttpStatusCode.Conflict, (await PutChunkAsync(member, id, file, 0)).StatusCode);
    }

    [Fact]
    public async Task What_does_not_match_the_size_or_hash_it_was_announced_with_is_not_completed()
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        var file = FileOf(1000);
        var wrongSize = await BeginAsync(member, new { size = 999 });
        var wrongHash = await BeginAsync(member, new { size = 1000, sha256 = new string('0', 64) });
        foreach (var id in new[] { wrongSize, wrongHash })
        {
            await PutChunkAsync(member, id, file, 0);
            Assert.Equal(HttpStatusCode.Conflict, (await CompleteAsync(member, id)).StatusCode);
        }
        Assert.Equal(0, (await target.CountsAsync()).Number("uploads"));
    }

    [Fact]
    public async Task Completing_twice_gives_the_same_answer_and_counts_once()
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        var id = await BeginAsync(member, new { });
        var first = await (await CompleteAsync(member, id)).Content.ReadAsStringAsync();
        Assert.Equal(first, await (await CompleteAsync(member, id)).Content.ReadAsStringAsync());
        Assert.Equal(1, (await target.CountsAsync()).Number("uploads"));
    }

    [Theory]
    [InlineData("bytes")]
    [InlineData("bytes 5-2/10")]
    [InlineData("lines 0-9/10")]
    [InlineData("bytes 0-5/10")]
    public async Task A_range_that_does_not_fit_its_body_is_refused(string range)
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        using var body = new ByteArrayContent(new byte[10]);
        body.Headers.TryAddWithoutValidation("Content-Range", range);
        Assert.Equal(HttpStatusCode.BadRequest, (await member.PutAsync($"/api/uploads/{await BeginAsync(member, new { })}", body)).StatusCode);
    }

    [Fact]
    public async Task An_unknown_upload_is_not_found_and_a_body_above_the_limit_is_refused()
    {
        await using var target = await RunningTarget.StartAsync();
        using var member = await target.MemberAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await member.GetAsync("/api/uploads/UP-99")).StatusCode);
        var id = await BeginAsync(member, new { });
        using var body = new ByteArrayContent(new byte[Server.MaxBodyBytes + 1]);
        member.DefaultRequestHeaders.ExpectContinue = true;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await member.PutAsync($"/api/uploads/{id}/chunks/0", body)).StatusCode);
    }

    private static async Task SendAndVerifyAsync(HttpClient member, byte[] file)
    {
        var id = await BeginAsync(member, new { name = "photos.zip", size = file.Length });
        for (var n = 0; n * ChunkBytes < file.Length; n++) await PutChunkAsync(member, id, file, n);
        var done = await CompleteAsync(member, id).JsonAsync();
        Assert.Equal(file.Length, done.Number("received"));
        Assert.Equal(Hash(file), done.Text("sha256"));
        Assert.Equal("complete", (await member.GetAsync($"/api/uploads/{id}").JsonAsync()).Text("status"));
    }

    private static async Task<string> BeginAsync(HttpClient member, object announced) =>
        (await member.PostAsJsonAsync("/api/uploads", announced).JsonAsync()).Text("id");

    private static Task<HttpResponseMessage> PutChunkAsync(HttpClient member, string id, byte[] file, int n) =>
        member.PutAsync($"/api/uploads/{id}/chunks/{n}",
            new ByteArrayContent(file, n * ChunkBytes, Math.Min(ChunkBytes, file.Length - (n * ChunkBytes))));

    private static Task<HttpResponseMessage> PutRangeAsync(HttpClient member, string id, byte[] file, int from, int end)
    {
        var body = new ByteArrayContent(file, from, end - from);
        body.Headers.ContentRange = new ContentRangeHeaderValue(from, end - 1, file.Length);
        return member.PutAsync($"/api/uploads/{id}", body);
    }

    private static Task<HttpResponseMessage> CompleteAsync(HttpClient member, string id) =>
        member.PostAsync($"/api/uploads/{id}/complete", null);

    private static string Hash(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));

    // Letters, so that a piece of it can be sent as text.
    private static byte[] FileOf(int length) => [.. Enumerable.Range(0, length).Select(n => (byte)('a' + (n * 31L % 997 % 26)))];
}
