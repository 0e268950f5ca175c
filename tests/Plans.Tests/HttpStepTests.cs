namespace Loadstone.Plans.Tests;

public sealed class HttpStepTests
{
    [Fact]
    public void A_multipart_body_has_fields_and_files()
    {
        var step = Reading.Step<HttpStep>("""
            { "action": "http", "method": "POST", "path": "/photos", "multipart": [
              { "name": "title", "value": "photo {{user.index}}" },
              { "name": "photo", "file_name": "{{user.index}}.jpg", "content_type": "image/jpeg", "size": "64KB" } ] }
            """);

        Assert.Equal(["title", "photo"], step.Multipart!.Select(p => p.Name));
        Assert.Equal(("image/jpeg", 65536L), (step.Multipart![1].ContentType, step.Multipart[1].Size!.Value));
    }

    [Theory]
    [InlineData("""{ "path": "/", "multipart": [] }""", "multipart: must have at least one part")]
    [InlineData("""{ "path": "/", "multipart": [ { "value": "x" } ] }""", "multipart[0].name: is required")]
    [InlineData("""{ "path": "/", "multipart": [ { "name": "a" } ] }""", "multipart[0]: must have exactly one of value and file_name")]
    [InlineData("""{ "path": "/", "multipart": [ { "name": "a", "value": "x", "file_name": "f" } ] }""", "multipart[0]: must have exactly one of value and file_name")]
    [InlineData("""{ "path": "/", "multipart": [ { "name": "a", "file_name": "f" } ] }""", "multipart[0].size: is required for a file")]
    [InlineData("""{ "path": "/", "multipart": [ { "name": "a", "file_name": "f", "size": "65MB" } ] }""", "multipart[0].size: must be between 0B and 64MB")]
    [InlineData("""{ "path": "/", "multipart": [ { "name": "a", "file_name": "f", "size": 1, "content_type": "jpeg" } ] }""", "multipart[0].content_type: must be a media type such as image/jpeg")]
    [InlineData("""{ "path": "/", "multipart": [ { "name": "a", "value": "x", "size": 5 } ] }""", "multipart[0].size: belongs to a file")]
    [InlineData("""{ "path": "/", "multipart": [ { "name": "a", "value": "x", "colour": 5 } ] }""", "multipart[0].colour: is not a known member")]
    [InlineData("""{ "path": "/", "multipart": [ { "name": "a", "value": "{{token}}" } ] }""", "multipart[0].value: uses token, which no data and no earlier step gives")]
    [InlineData("""{ "path": "/", "multipart": [ { "name": "a", "value": "x" } ], "headers": { "Content-Type": "a/b" } }""", "headers.Content-Type: is set by the multipart body, which knows its boundary")]
    [InlineData("""{ "path": "/", "json": {}, "multipart": [ { "name": "a", "value": "x" } ] }""", "multipart: stands beside another body: give one of json, form, multipart and body")]
    [InlineData("""{ "path": "/", "form": { "a": "b" }, "body": "x" }""", "body: stands beside another body: give one of json, form, multipart and body")]
    [InlineData("""{ "path": "/", "checks": [ { "regex": "(" } ] }""", "checks[0].regex: is not a regular expression that can be matched in linear time")]
    [InlineData("""{ "path": "/", "checks": [ { "regex": "a", "text": "a" } ] }""", "checks[0]: must have exactly one of status, max_time, json, header, text and regex")]
    public void A_wrong_request_is_refused_by_the_path_of_its_fault(string step, string expected) => Assert.Equal([expected], Reading.ErrorsOfStep(step));

    [Fact]
    public void A_regex_check_says_what_it_looks_for()
    {
        var step = Reading.Step<HttpStep>("""{ "path": "/", "checks": [ { "regex": "order-\\d+" } ] }""");

        Assert.Equal(@"matches order-\d+", Assert.Single(step.Checks!).Title);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("512", 512)]
    [InlineData("1B", 1)]
    [InlineData("64KB", 65_536)]
    [InlineData("64 kb", 65_536)]
    [InlineData("1.5MB", 1_572_864)]
    [InlineData("2GB", 2_147_483_648)]
    public void A_size_counts_in_1024s(string text, long expected)
    {
        Assert.True(ByteSize.TryParse(text, out var bytes));
        Assert.Equal(expected, bytes);
        Assert.True(ByteSize.TryParse(ByteSize.Format(bytes), out var again));
        Assert.Equal(expected, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("KB")]
    [InlineData("-1KB")]
    [InlineData("0.3B")]
    [InlineData("1e3")]
    [InlineData("10TB")]
    [InlineData("9999999999GB")]
    [InlineData("99999999999999999999999999999999")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));
}
