using System.Text.Json.Nodes;
using Loadstone.Configuration.Exchange;
using Loadstone.Plans;

namespace Loadstone.Services.Tests;

/// <summary>What other tools wrote becomes a plan that can be run, with nothing secret in it, and nothing dropped in silence.</summary>
public sealed class ImportTests
{
    private const string Har = """
        { "log": { "version": "1.2", "entries": [
          { "startedDateTime": "2026-11-21T10:00:00.000Z", "time": 200, "request": { "method": "GET", "url": "https://shop.test/list?page=2&access_token=abc123", "headers": [ { "name": "Cookie", "value": "sid=hidden1" }, { "name": "Accept", "value": "text/html" }, { "name": ":authority", "value": "shop.test" } ] }, "response": { "status": 200, "content": { "mimeType": "text/html" } } },
          { "startedDateTime": "2026-11-21T10:00:00.300Z", "time": 20, "request": { "method": "GET", "url": "https://shop.test/logo.png", "headers": [] }, "response": { "status": 200, "content": { "mimeType": "image/png" } } },
          { "startedDateTime": "2026-11-21T10:00:00.400Z", "time": 20, "request": { "method": "GET", "url": "https://ads.test/track", "headers": [] }, "response": { "status": 204 } },
          { "startedDateTime": "2026-11-21T10:00:03.200Z", "time": 100, "request": { "method": "POST", "url": "https://shop.test/login", "headers": [ { "name": "Authorization", "value": "Bearer hidden2" }, { "name": "Content-Type", "value": "application/json" } ], "postData": { "mimeType": "application/json", "text": "{\"email\":\"a@b.test\",\"password\":\"hidden3\",\"note\":\"{{x}}\"}" } }, "response": { "status": 201 } },
          { "startedDateTime": "2026-11-21T10:00:03.100Z", "time": 100, "request": { "method": "POST", "url": "https://shop.test/form", "headers": [ { "name": "Content-Type", "value": "application/x-www-form-urlencoded" } ], "postData": { "mimeType": "application/x-www-form-urlencoded", "text": "a=1+2&pin=4711" } }, "response": { "status": 302 } }
        ] } }
        """;

    private const string Jmx = """
        <?xml version="1.0" encoding="UTF-8"?>
        <jmeterTestPlan version="1.2"><hashTree>
          <TestPlan testname="Shop"><elementProp name="TestPlan.user_defined_variables" elementType="Arguments"><collectionProp name="Arguments.arguments">
            <elementProp name="kind" elementType="Argument"><stringProp name="Argument.name">kind</stringProp><stringProp name="Argument.value">lamp</stringProp></elementProp></collectionProp></elementProp></TestPlan>
          <hashTree>
            <ConfigTestElement testname="defaults"><stringProp name="HTTPSampler.domain">shop.test</stringProp><stringProp name="HTTPSampler.protocol">https</stringProp></ConfigTestElement><hashTree/>
            <HeaderManager testname="headers"><collectionProp name="HeaderManager.headers"><elementProp name="" elementType="Header"><stringProp name="Header.name">Accept</stringProp><stringProp name="Header.value">application/json</stringProp></elementProp>
              <elementProp name="" elementType="Header"><stringProp name="Header.name">Authorization</stringProp><stringProp name="Header.value">Bearer hidden1</stringProp></elementProp></collectionProp></HeaderManager><hashTree/>
            <CSVDataSet testname="people"><stringProp name="filename">data/users.csv</stringProp><stringProp name="variableNames">email,pass</stringProp></CSVDataSet><hashTree/>
            <ThreadGroup testname="buyers"><stringProp name="ThreadGroup.num_threads">7</stringProp><stringProp name="ThreadGroup.ramp_time">5</stringProp><boolProp name="ThreadGroup.scheduler">true</boolProp><stringProp name="ThreadGroup.duration">60</stringProp>
              <elementProp name="ThreadGroup.main_controller" elementType="LoopController"><intProp name="LoopController.loops">-1</intProp></elementProp></ThreadGroup>
            <hashTree>
              <ConstantTimer testname="pause"><stringProp name="ConstantTimer.delay">1500</stringProp></ConstantTimer><hashTree/>
              <HTTPSamplerProxy testname="search"><stringProp name="HTTPSampler.path">/search</stringProp><stringProp name="HTTPSampler.method">GET</stringProp>
                <elementProp name="HTTPsampler.Arguments" elementType="Arguments"><collectionProp name="Arguments.arguments"><elementProp name="q" elementType="HTTPArgument"><stringProp name="Argument.name">q</stringProp><stringProp name="Argument.value">${kind}</stringProp></elementProp></collectionProp></elementProp></HTTPSamplerProxy>
              <hashTree>
                <ResponseAssertion testname="is fine"><collectionProp name="Asserion.test_strings"><stringProp name="49586">200</stringProp></collectionProp><stringProp name="Assertion.test_field">Assertion.response_code</stringProp><intProp name="Assertion.test_type">8</intProp></ResponseAssertion><hashTree/>
                <JSONPostProcessor testname="take id"><stringProp name="JSONPostProcessor.referenceNames">id</stringProp><stringProp name="JSONPostProcessor.jsonPathExprs">$.items[0].id</stringProp></JSONPostProcessor><hashTree/>
                <JSR223PostProcessor testname="own script"/><hashTree/>
              </hashTree>
              <TransactionController testname="purchase"/><hashTree>
                <HTTPSamplerProxy testname="buy"><stringProp name="HTTPSampler.path">/buy/${id}</stringProp><stringProp name="HTTPSampler.method">POST</stringProp><boolProp name="HTTPSampler.postBodyRaw">true</boolProp>
                  <elementProp name="HTTPsampler.Arguments" elementType="Arguments"><collectionProp name="Arguments.arguments"><elementProp name="" elementType="HTTPArgument"><stringProp name="Argument.value">{"email":"${email}","n":"${__Random(1,9)}","v":"${missing}","password":"hidden2"}</stringProp></elementProp></collectionProp></elementProp></HTTPSamplerProxy><hashTree/>
              </hashTree>
              <IfController testname="now and then"/><hashTree><HTTPSamplerProxy testname="look"><stringProp name="HTTPSampler.path">/look</stringProp></HTTPSamplerProxy><hashTree/></hashTree>
              <HTTPSamplerProxy testname="elsewhere"><stringProp name="HTTPSampler.domain">ads.test</stringProp><stringProp name="HTTPSampler.path">/t</stringProp></HTTPSamplerProxy><hashTree/>
              <HTTPSamplerProxy testname="off" enabled="false"><stringProp name="HTTPSampler.path">/off</stringProp></HTTPSamplerProxy><hashTree/>
            </hashTree>
            <FtpSampler testname="a file"/><hashTree/>
          </hashTree></hashTree></jmeterTestPlan>
        """;

    [Fact]
    public void A_recording_keeps_its_order_and_pauses_and_none_of_its_secrets()
    {
        var (import, steps) = Read(i => HarImport.Read(JsonNode.Parse(Har), withStatic: false, i));

        Assert.Equal(["GET /list", "POST /login", "POST /form"], steps.Select(s => s.Name));
        Assert.Equal("/list?page=2&access_token={{env.access_token}}", steps[0].Path);
        Assert.Equal(TimeSpan.FromSeconds(3), steps[0].ThinkTime!.Mean);
        Assert.Equal(["Accept"], steps[0].Headers!.Keys);
        Assert.Equal("{{env.authorization}}", steps[1].Headers!["Authorization"]);
        Assert.Equal("""{"email":"a@b.test","password":"{{env.password}}","note":"{ {x}}"}""", steps[1].Json!.ToJsonString());
        Assert.Equal(TimeSpan.Zero, steps[1].ThinkTime!.Mean);
        Assert.Equal(("1 2", "{{env.pin}}"), (steps[2].Form!["a"], steps[2].Form!["pin"]));
        Assert.Equal([201], steps[1].Checks![0].Status);
        Assert.Equal(["access_token", "authorization", "password", "pin"], import.Variables.Keys);
        Assert.Contains(import.Warnings, w => w.Contains("1 request to https://ads.test left out", StringComparison.Ordinal));
        Assert.Contains(import.Warnings, w => w.StartsWith("1 request for images", StringComparison.Ordinal));
        Assert.Contains(import.Warnings, w => w.StartsWith("Cookies are not taken over", StringComparison.Ordinal));
        var whole = import.Plan.ToJsonString() + string.Join(' ', import.Warnings) + string.Join(' ', import.Variables.Values);
        Assert.DoesNotMatch("hidden\\d|abc123|4711", whole);
    }

    [Fact]
    public void A_description_of_an_API_becomes_a_step_for_each_operation_with_values_that_fit()
    {
        var yaml = """
            openapi: 3.0.3
            info: { title: Orders, version: "1" }
            servers: [ { url: https://elsewhere.test/v2 } ]
            security: [ { bearer: [] } ]
            paths:
              /orders/{id}:
                parameters: [ { $ref: "#/components/parameters/id" } ]
                get:
                  operationId: showOrder
                  parameters: [ { name: expand, in: query, required: true, schema: { type: string, enum: [ lines, none ] } }, { name: optional, in: query, schema: { type: string } } ]
                  responses: { "200": { description: d }, default: { description: d } }
                trace: { responses: {} }
              /orders:
                post:
                  summary: Place an order
                  security: []
                  requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } }
                  responses: { "201": { description: d } }
            components:
              parameters: { id: { name: id, in: path, required: true, example: "a b", schema: { type: string } } }
              securitySchemes: { bearer: { type: http, scheme: bearer } }
              schemas:
                Order: { type: object, properties: { sku: { type: string, example: S-1 }, count: { type: integer, minimum: 2 }, mail: { type: string, format: email }, parent: { $ref: "#/components/schemas/Order" }, password: { type: string } } }
            """;
        var (import, steps) = Read(i => OpenApiImport.Read(PlanFile.ToJson(yaml, i.Errors), i));

        Assert.Equal(["showOrder", "Place an order"], steps.Select(s => s.Name));
        Assert.Equal(("/v2/orders/a%20b", "lines", "{{env.authorization}}"), (steps[0].Path, Assert.Single(steps[0].Query!).Value, Assert.Single(steps[0].Headers!).Value));
        Assert.Equal(("POST", "S-1", 2, "{{fake.email}}"), (steps[1].Method, steps[1].Json!["sku"]!.ToString(), steps[1].Json!["count"]!.GetValue<int>(), steps[1].Json!["mail"]!.ToString()));
        Assert.Equal("{{env.password}}", steps[1].Json!["password"]!.ToString());
        Assert.Null(steps[1].Headers);
        Assert.Equal([201], steps[1].Checks![0].Status);
        Assert.Contains(import.Warnings, w => w.StartsWith("trace /orders/{id} left out", StringComparison.Ordinal));
        Assert.Contains(import.Warnings, w => w.Contains("not to https://elsewhere.test", StringComparison.Ordinal));
        Assert.DoesNotContain(import.Warnings, w => w.Contains("left out: it is none of the base_urls", StringComparison.Ordinal));
    }

    [Fact]
    public void Schemas_that_lead_back_to_themselves_make_no_more_than_somebody_means()
    {
        var members = string.Join(", ", Enumerable.Range(0, 40).Select(i => $$"""  "m{{i}}": { "$ref": "#/components/schemas/A" } """));
        var json = $$"""
            { "openapi": "3.1.0", "paths": { "/a": { "post": { "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/A" } } } } } } },
              "components": { "schemas": { "A": { "type": "object", "properties": { {{members}} } } } } }
            """;
        var (import, steps) = Read(i => OpenApiImport.Read(JsonNode.Parse(json), i));

        Assert.Single(steps);
        Assert.Contains(import.Warnings, w => w.StartsWith("Values were made up", StringComparison.Ordinal));
    }

    [Fact]
    public void A_plan_of_JMeter_keeps_its_users_and_requests_and_names_what_is_not_understood()
    {
        var (import, steps) = Read(i => JmxImport.Read(Jmx.Trim(), i));
        var plan = TestPlan.Read(import.Plan, new DocumentErrors());

        Assert.Equal((7, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5)), (plan.MaxVirtualUsers, plan.Duration, plan.RampUp));
        Assert.Equal(["search", "buy", "look"], steps.Select(s => s.Name));
        Assert.Equal(("/search", "lamp", "application/json", "{{env.authorization}}"), (steps[0].Path, steps[0].Query!["q"], steps[0].Headers!["Accept"], steps[0].Headers!["Authorization"]));
        Assert.Equal((TimeSpan.FromSeconds(1.5), "$.items[0].id"), (steps[0].ThinkTime!.Mean, steps[0].Extract!["id"].Json));
        Assert.Equal([200], steps[0].Checks![0].Status);
        Assert.Equal("/buy/{{id}}", steps[1].Path);
        Assert.Equal("""{"email":"{{users.email}}","n":"{{random.int(1,9)}}","v":"{{env.missing}}","password":"{{env.password}}"}""", steps[1].Json!.ToJsonString());
        Assert.IsType<GroupStep>(plan.ScenarioConfig.Scenarios[0].Journey[1]);
        Assert.Equal("users.csv", plan.ScenarioConfig.DataGeneration!["users"].File);
        foreach (var named in new[] { "JSR223PostProcessor own script", "IfController now and then", "HTTPSamplerProxy off is disabled", "FtpSampler a file", "https://ads.test left out", "${missing}" })
            Assert.Contains(import.Warnings, w => w.Contains(named, StringComparison.Ordinal));
        Assert.DoesNotContain("hidden", import.Plan.ToJsonString());
    }

    [Theory]
    [InlineData("<!DOCTYPE x [ <!ENTITY a SYSTEM \"file:///etc/passwd\"> ]><jmeterTestPlan><hashTree>&a;</hashTree></jmeterTestPlan>", "DTD")]
    [InlineData("<jmeterTestPlan>\n<hashTree>", "line 2")]
    [InlineData("<other/>", "is no plan of JMeter")]
    [InlineData("<jmeterTestPlan><hashTree/></jmeterTestPlan>", "has no request that could be taken over")]
    public void A_bad_plan_of_JMeter_is_refused_with_the_place(string text, string sentence)
    {
        var import = new Import("shop", ["https://shop.test"]);
        JmxImport.Read(text, import);
        import.ToPlan("x");

        Assert.Contains(sentence, Assert.Single(import.Errors.All).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", import.Errors.All[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void XML_that_is_too_deep_is_refused_and_no_stack_ends()
    {
        var import = new Import("shop", ["https://shop.test"]);
        JmxImport.Read(string.Concat(Enumerable.Repeat("<a>", 100_000)), import);

        Assert.Contains("nested too deep", Assert.Single(import.Errors.All).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "log": { "entries": [ { "request": { "method": "GET", "url": "https://shop.test/" } }, { "request": { "method": "GET", "url": "nowhere" } } ] } }""", "log.entries[1].request.url")]
    [InlineData("""{ "log": { "entries": [ { } ] } }""", "log.entries[0].request")]
    [InlineData("""{ "log": { } }""", "log.entries")]
    [InlineData("""{ "log": { "entries": [ { "request": { "method": "GET", "url": "https://other.test/" } } ] } }""", "content")]
    public void A_bad_recording_is_refused_by_the_place(string har, string place)
    {
        var import = new Import("shop", ["https://shop.test"]);
        HarImport.Read(JsonNode.Parse(har), withStatic: true, import);
        import.ToPlan("x");

        Assert.Equal(place, Assert.Single(import.Errors.All).Path);
    }

    [Theory]
    [InlineData("""{ "swagger": "2.0" }""", "swagger")]
    [InlineData("""{ "openapi": "3.1.0" }""", "paths")]
    [InlineData("""{ "openapi": "3.1.0", "paths": { "orders": { } } }""", "paths.orders")]
    [InlineData("""{ "openapi": "3.1.0", "paths": { "/a": 5 } }""", "paths./a")]
    public void A_bad_description_is_refused_by_the_place(string json, string place)
    {
        var import = new Import("shop", ["https://shop.test"]);
        OpenApiImport.Read(JsonNode.Parse(json), import);
        import.ToPlan("x");

        Assert.Equal(place, Assert.Single(import.Errors.All).Path);
    }

    [Theory]
    [InlineData("{{env.secret}}", "{ {env.secret}}")]
    [InlineData("{{{env.secret}}", "{ { {env.secret}}")]
    [InlineData("{{{{", "{ { { {")]
    [InlineData("{a}", "{a}")]
    public void What_looks_like_a_template_is_none(string text, string taken)
    {
        Assert.Equal(taken, new Import("shop", ["https://shop.test"]).Text(text));
        Assert.True(Template.TryParse(taken, out var template, out _));
        Assert.Empty(template.Expressions);
    }

    private static (Import Import, List<HttpStep> Steps) Read(Action<Import> read)
    {
        var import = new Import("shop", ["https://shop.test"]);
        read(import);
        var plan = import.ToPlan("imported");
        Assert.Empty(import.Errors.All);
        return (import, [.. Flat(plan!.ScenarioConfig.Scenarios.SelectMany(s => s.Journey))]);
    }

    private static IEnumerable<HttpStep> Flat(IEnumerable<Step> steps) => steps.SelectMany(s => s is GroupStep group ? Flat(group.Steps) : [(HttpStep)s]);
}
