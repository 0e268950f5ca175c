using System.IO.Compression;
using System.Net;

namespace Loadstone.SampleTarget.Tests;

public sealed class PlainTests
{
    [Fact]
    public async Task The_fixed_body_has_54_bytes_and_head_has_none()
    {
        await using var target = await RunningTarget.StartAsync();
        Assert.Equal(54, (await target.Http.GetByteArrayAsync("/fixed")).Length);
        var head = await target.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/fixed"));
        Assert.Equal(54, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        var options = await target.Http.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/fixed"));
        Assert.Equal(["GET", "HEAD", "OPTIONS"], options.Content.Headers.Allow);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(10_485_760)]
    public async Task As_many_bytes_come_as_were_asked_for(int length)
    {
        await using var target = await RunningTarget.StartAsync();
        Assert.Equal(length, (await target.Http.GetByteArrayAsync($"/bytes/{length}")).Length);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(10, false)]
    [InlineData(1_000_000, false)]
    [InlineData(1_000_000, true)]
    public async Task A_body_comes_back_as_it_was_sent(int length, bool chunked)
    {
        await using var target = await RunningTarget.StartAsync();
        var body = Enumerable.Range(0, length).Select(n => (byte)n).ToArray();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo") { Content = new ByteArrayContent(body) };
        request.Headers.TransferEncodingChunked = chunked;
        request.Content.Headers.ContentType = new("application/x-test");
        var answer = await target.Http.SendAsync(request);
        Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/x-test", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(304)]
    [InlineData(418)]
    [InlineData(503)]
    public async Task A_status_comes_as_asked_for_and_is_counted(int status)
    {
        await using var target = await RunningTarget.StartAsync();
        Assert.Equal(status, (int)(await target.Http.GetAsync($"/status/{status}")).StatusCode);
        Assert.Equal(1, (await target.CountsAsync())["by_status"]!.Number(status.ToString()));
    }

    [Theory]
    [InlineData("/status/199")]
    [InlineData("/status/600")]
    [InlineData("/bytes/10485761")]
    [InlineData("/redirect/21")]
    [InlineData("/chunked/0")]
    [InlineData("/fixed?ms=-1")]
    [InlineData("/slow-body?ms=never")]
    public async Task What_is_out_of_range_is_refused(string path)
    {
        await using var target = await RunningTarget.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await target.Http.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Each_redirect_is_a_request_of_its_own()
    {
        await using var target = await RunningTarget.StartAsync();
        using var follower = new HttpClient { BaseAddress = target.Address };
        Assert.Equal("\"arrived\"", await follower.GetStringAsync("/redirect/3"));
        var counts = await target.CountsAsync();
        Assert.Equal((3, 1), (counts["by_status"]!.Number("302"), counts["by_status"]!.Number("200")));
    }

    [Fact]
    public async Task Cookies_that_were_set_come_back()
    {
        await using var target = await RunningTarget.StartAsync();
        using var browser = new HttpClient { BaseAddress = target.Address };
        await browser.GetAsync("/cookies/set?flavour=plain&size=2");
        Assert.Equal("""{"flavour":"plain","size":"2"}""", await browser.GetStringAsync("/cookies"));
    }

    [Fact]
    public async Task A_zipped_body_unzips_to_four_thousand_letters()
    {
        await using var target = await RunningTarget.StartAsync();
        var answer = await target.Http.GetAsync("/gzip");
        Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
        await using var unzipped = new GZipStream(await answer.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(unzipped);
        Assert.Equal(4096, (await reader.ReadToEndAsync()).Length);
    }

    [Fact]
    public async Task Chunks_come_without_a_length_and_all_of_them()
    {
        await using var target = await RunningTarget.StartAsync();
        var answer = await target.Http.GetAsync("/chunked/5");
        Assert.True(answer.Headers.TransferEncodingChunked);
        Assert.Equal("chunk 1\nchunk 2\nchunk 3\nchunk 4\nchunk 5\n", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_slow_body_sends_its_head_before_it_is_done()
    {
        await using var target = await RunningTarget.StartAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var answer = await target.Http.GetAsync("/slow-body?ms=300", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(1, (await target.CountsAsync()).Number("in_flight"));
        Assert.Equal(1000, (await answer.Content.ReadAsByteArrayAsync(limit.Token)).Length);
    }

    [Fact]
    public async Task The_metrics_page_is_openmetrics_and_knows_the_requests()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.Http.GetAsync("/fixed");
        var answer = await target.Http.GetAsync("/metrics");
        Assert.Equal("application/openmetrics-text", answer.Content.Headers.ContentType!.MediaType);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("\ntarget_requests_total 1\n", page, StringComparison.Ordinal);
        Assert.Contains("\nprocess_resident_memory_bytes ", page, StringComparison.Ordinal);
        Assert.EndsWith("# EOF\n", page, StringComparison.Ordinal);
    }
}
