using System.Text.Json.Nodes;

namespace Loadstone.Plans.Tests;

public sealed class JsonSchemaCheckTests
{
    private static readonly JsonObject Document = JsonNode.Parse("""
        { "schemas": {
          "named": { "type": "object", "properties": { "name": { "type": "string" } } },
          "list": { "allOf": [ { "$ref": "#/schemas/named" }, { "properties": { "all": { "type": "array", "items": { "$ref": "#/schemas/named" } } } } ] },
          "open": { "allOf": [ { "$ref": "#/schemas/named" }, { "additionalProperties": true } ] } } }
        """)!.AsObject();

    [Theory]
    [InlineData("named", """{ "name": "a" }""", "")]
    [InlineData("named", """{ "name": "a", "more": 1 }""", "more")]
    [InlineData("list", """{ "name": "a", "all": [ { "name": "b" }, { "nome": "c" } ], "else": 1 }""", "all[1].nome else")]
    [InlineData("open", """{ "name": "a", "more": 1 }""", "")]
    public void What_is_answered_has_no_member_that_no_schema_names(string schema, string answer, string unknown)
    {
        var (json, named) = (JsonNode.Parse(answer), Document["schemas"]![schema]);

        Assert.Equal(unknown, string.Join(' ', new JsonSchemaCheck(Document, describesAll: true).ErrorsOf(json, named).Select(e => e.Path)));
        Assert.Empty(new JsonSchemaCheck(Document).ErrorsOf(json, named));
    }
}
