namespace Loadstone.Plans.Tests;

public sealed class FeederFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feeders");

    [Theory]
    [InlineData("users.csv", "email,age\na@b.test,5\n\"c,d\",6\n")]
    [InlineData("users.json", """[ { "email": "a@b.test", "age": 5 }, { "email": "c,d", "age": 6 } ]""")]
    public void Rows_come_from_CSV_and_JSON_alike(string file, string content)
    {
        var rows = Load(file, content).Rows!;

        Assert.Equal([("a@b.test", "5"), ("c,d", "6")], rows.Select(r => (r["email"], r["age"])));
    }

    [Fact]
    public void A_JSON_file_of_bare_values_is_a_list_to_pick_from() =>
        Assert.Equal(["lamp", "7", "true", ""], Load("words.json", """[ "lamp", 7, true, null ]""").Rows!.Select(r => r[Feeder.ValueColumn]));

    [Theory]
    [InlineData("users.json", "{ \"a\": 1 }", "cannot be read: users.json (it is no list)")]
    [InlineData("users.json", "[ broken", "cannot be read: users.json (")]
    [InlineData("users.json", "[]", "has no rows: users.json")]
    [InlineData("users.csv", "", "cannot be read: users.csv (")]
    public void A_file_that_gives_no_rows_is_named(string file, string content, string expected)
    {
        var error = Assert.Single(Assert.Throws<InvalidPlanException>(() => Load(file, content)).Errors.All);

        Assert.Equal("scenario_config.data_generation.data.file", error.Path);
        Assert.StartsWith(expected, error.Message);
    }

    [Fact]
    public void A_file_named_by_its_hash_is_left_to_the_platform_where_there_is_one()
    {
        var plan = Path.Combine(_folder.FullName, "plan.yaml");
        File.WriteAllText(plan, "name: x\nscenario_config: { data_generation: { data: { file: 'sha256:00' } } }");

        Assert.Equal("sha256:00", FeederFile.LoadPlanToSend(plan).ScenarioConfig.DataGeneration!["data"].File);
        Assert.Throws<InvalidPlanException>(() => FeederFile.LoadPlan(plan));
    }

    [Fact]
    public void A_line_that_does_not_fit_its_header_is_named() => Assert.Equal(
        "cannot be read: users.csv (line 3: it has 1 field, and the header 2 fields)",
        Assert.Single(Assert.Throws<InvalidPlanException>(() => Load("users.csv", "a,b\n1,2\n3\n")).Errors.All).Message);

    public void Dispose() => _folder.Delete(recursive: true);

    private Feeder Load(string file, string content)
    {
        var plan = Path.Combine(_folder.FullName, "plan.yaml");
        File.WriteAllText(Path.Combine(_folder.FullName, file), content);
        File.WriteAllText(plan, $"name: x\nscenario_config: {{ data_generation: {{ data: {{ file: {file}, mode: random }} }} }}");
        return FeederFile.LoadPlan(plan).ScenarioConfig.DataGeneration!["data"];
    }
}
