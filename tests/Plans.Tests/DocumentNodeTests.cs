using System.Text.Json.Nodes;

namespace Loadstone.Plans.Tests;

public sealed class DocumentNodeTests
{
    [Theory]
    [InlineData("""{ "id": "6f9619ff-8b86-d011-b42d-00cf4fc964ff" }""", null)]
    [InlineData("{ }", null)]
    [InlineData("""{ "id": "x" }""", "a.id: must be the id of a run")]
    [InlineData("""{ "id": "" }""", "a.id: must be between 1 and 200 characters")]
    [InlineData("""{ "id": 5 }""", "a.id: must be a text")]
    public void An_id_is_read_and_what_is_none_is_named(string json, string? error)
    {
        var id = Read(json, node => node.Id("id", "a run"), out var errors);

        Assert.Equal(error, errors);
        Assert.Equal(error is null && json.Length > 3, id is not null);
    }

    [Fact]
    public void An_id_that_must_be_there_is_missed()
    {
        Assert.Equal(Guid.Empty, Read("{ }", node => node.RequiredId("id", "a run"), out var errors));
        Assert.Equal("a.id: is required", errors);
    }

    [Theory]
    [InlineData("2026-11-21T14:00:00+01:00", "2026-11-21T13:00:00Z")]
    [InlineData("2026-11-21T14:00:00.250Z", "2026-11-21T14:00:00.25Z")]
    [InlineData("2026-11-21T14:00", "2026-11-21T14:00:00Z")]
    [InlineData("14:00", null)]
    [InlineData("2026-11-21", null)]
    [InlineData("Tomorrow", null)]
    [InlineData("0001-01-01T00:00:00+14:00", null)]
    public void An_instant_is_read_as_UTC_and_what_is_none_is_named(string text, string? expected)
    {
        var at = Read($$"""{ "at": "{{text}}" }""", node => node.Instant("at"), out var errors);

        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), at);
        Assert.Equal(expected is null ? "a.at: must be an instant such as 2030-01-31T12:00:00Z" : null, errors);
    }

    private static T Read<T>(string json, Func<DocumentNode, T> read, out string? errors)
    {
        var noted = new DocumentErrors();
        var value = read(new DocumentNode(JsonNode.Parse(json), "a", noted));
        errors = noted.All.Count == 0 ? null : string.Join("; ", noted.All.Select(e => $"{e.Path}: {e.Message}"));
        return value;
    }
}
