namespace Loadstone.Plans.Tests;

public sealed class UploadStepTests
{
    [Fact]
    public void An_upload_takes_the_defaults_of_the_requirements()
    {
        var step = Reading.Step<UploadStep>("""{ "action": "upload" }""");

        Assert.Equal(("upload", "/api/uploads", 10_485_760, 65_536), (step.Name, step.Path, step.Size, step.ChunkSize));
        Assert.Equal((true, 30), (step.Verify, step.Timeout.TotalSeconds));
    }

    [Fact]
    public void An_upload_reads_as_it_is_written()
    {
        var step = Reading.Step<UploadStep>("""
            { "action": "upload", "name": "film", "path": "/files", "size": "1GB", "chunk_size": 1000, "file_name": "{{fake.word}}.mp4",
              "headers": { "X-A": "b" }, "verify": false, "timeout": "5s" }
            """);

        Assert.Equal((1L << 30, 1000, "{{fake.word}}.mp4", false, 5), (step.Size, step.ChunkSize, step.FileName, step.Verify, step.Timeout.TotalSeconds));
        Assert.Equal("s: film, 1GB in chunks of 1000B", PlanExplanation.Of(Reading.Valid(Reading.PlanOf("""
            { "action": "upload", "name": "film", "size": "1GB", "chunk_size": 1000, "verify": false }
            """))).ElementAt(3));
    }

    [Theory]
    [InlineData(""" "size": "11GB" """, "size: must be between 0B and 10GB")]
    [InlineData(""" "size": "big" """, "size: must be a size such as 64KB or 10MB, or a number of bytes")]
    [InlineData(""" "chunk_size": 0 """, "chunk_size: must be between 1B and 16MB")]
    [InlineData(""" "path": "/files?x=1" """, "path: must not have a query: the parts of the upload are named behind it")]
    [InlineData(""" "file_name": "{{nobody}}" """, "file_name: uses nobody, which no data and no earlier step gives")]
    [InlineData(""" "timeout": "0s" """, "timeout: must be between 1ms and 10m")]
    [InlineData(""" "verify": "yes" """, "verify: must be true or false")]
    [InlineData(""" "content": "x" """, "content: is not a known member")]
    public void A_wrong_step_is_refused_by_the_path_of_its_fault(string members, string expected) =>
        Assert.Equal([expected], Reading.ErrorsOfStep($$"""{ "action": "upload", {{members}} }"""));
}
