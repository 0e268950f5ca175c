using System.Text.Json.Nodes;

namespace Loadstone.Plans.Tests;

public sealed class ResultFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("no such folder/result.json")]
    public void A_place_that_cannot_be_written_is_refused_by_the_name_of_its_option(string place)
    {
        var path = Path.Combine(_folder, place);

        var refused = Assert.Throws<IOException>(() => ResultFile.Open("--json", path));
        Assert.StartsWith($"--json {path} cannot be written: ", refused.Message);
    }

    [Fact]
    public void Asking_whether_a_file_can_be_written_makes_none_and_changes_none()
    {
        var (there, notThere) = (Path.Combine(_folder, "there"), Path.Combine(_folder, "not there"));
        File.WriteAllText(there, "kept");

        Assert.NotNull(ResultFile.Open("--json", there));
        Assert.NotNull(ResultFile.Open("--json", notThere));

        Assert.Equal("kept", File.ReadAllText(there));
        Assert.False(File.Exists(notThere));
    }

    [Fact]
    public async Task A_time_is_written_alike_whatever_it_was_read_into()
    {
        var path = Path.Combine(_folder, "result.json");
        var time = new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

        await ResultFile.Open("--json", path)!.WriteJsonAsync(new Timed(time));
        var first = await File.ReadAllTextAsync(path);
        await ResultFile.Open("--json", path)!.WriteJsonAsync(JsonNode.Parse(first)!);

        Assert.Contains("2030-01-01T12:00:00+00:00", first);
        Assert.Equal(first, await File.ReadAllTextAsync(path));
    }

    private sealed record Timed(DateTimeOffset At);
}
