using System.Text;
using Loadstone.Configuration.Files;
using Loadstone.ServiceHost;

namespace Loadstone.Services.Tests;

/// <summary>Files are checked for what they are for, and known by what is in them.</summary>
public sealed class UploadedFileTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_file_is_known_by_its_content_and_a_feeder_by_its_rows_too()
    {
        var (file, same) = (Read("users.csv", "email,age\nada@example.com,36\n"), Read("others.CSV", "email,age\nada@example.com,36\n"));

        Assert.Equal((file.Id, file.Facts.Hash), (same.Id, same.Facts.Hash));
        Assert.Equal((1, FileKind.Feeder, 29L), (file.Facts.Rows, file.Facts.Kind, file.Facts.SizeBytes));
        Assert.Equal(["email", "age"], file.Facts.Columns);
        Assert.Equal(file.Id, UploadedFile.IdOf(file.Facts.Hash));
        Assert.True(UploadedFile.IsHash(file.Facts.Hash));
        Assert.NotEqual(file.Id, Read("users.csv", "email,age\nada@example.com,37\n").Id);
    }

    [Theory]
    [InlineData("users.csv", "a,b\n1,2\n3\n", "cannot be read: line 3: it has 1 field, and the header 2 fields")]
    [InlineData("users.csv", "a,b\n1,2,3\n", "cannot be read: line 2: it has 3 fields, and the header 2 fields")]
    [InlineData("users.csv", "a,a\n1,2\n", "cannot be read: line 1: the column 'a' is there twice")]
    [InlineData("users.csv", "a,b\n1,x\"y\n", "cannot be read: line 2: a quote ends nowhere, or stands where none may")]
    [InlineData("users.csv", "a,b\n", "has no rows")]
    [InlineData("users.csv", "a,b\n1,\0\n", "holds a zero character")]
    [InlineData("users.json", "[\n1,\nx]", "cannot be read: line 3: it is not JSON")]
    [InlineData("users.json", "{ \"a\": 1 }", "cannot be read: it is no list")]
    [InlineData("users.json", "[ \"\\ud800\" ]", "cannot be read: it holds what is no text")]
    [InlineData("load.js", "let x = 1;", "is no k6 script: it exports nothing that could be run")]
    [InlineData("shop.proto", "hello", "declares no message, enum or service")]
    [InlineData("shop.proto", "", "is empty")]
    public void A_file_that_is_not_what_it_says_is_refused_with_the_line(string name, string content, string expected) =>
        Assert.Equal(expected, Refused(name, Encoding.UTF8.GetBytes(content)).Errors!["file"].Single());

    [Fact]
    public void A_file_that_is_no_text_or_too_much_for_a_run_is_refused()
    {
        Assert.Equal("cannot be read: it is not UTF-8", Refused("users.csv", [(byte)'a', (byte)'\n', 0xff, (byte)'\n']).Errors!["file"].Single());
        Assert.StartsWith("has more data than a run carries", Refused("users.csv", Encoding.UTF8.GetBytes("a\n" + string.Concat(Enumerable.Repeat(new string('x', 1000) + "\n", 5000)))).Errors!["file"].Single());
        Assert.StartsWith("has more than 100000 rows", Refused("users.csv", Encoding.UTF8.GetBytes("a\n" + string.Concat(Enumerable.Repeat("1\n", 100_001)))).Errors!["file"].Single());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("users.txt")]
    [InlineData("../users.csv")]
    [InlineData("sha256:users.csv")]
    public void A_name_that_says_no_kind_or_leads_elsewhere_is_refused(string? name) => Assert.Contains("name", Refused(name, [1]).Errors!.Keys);

    [Theory]
    [InlineData("load.js", "export default function () {}", FileKind.K6Script)]
    [InlineData("shop.proto", "syntax = \"proto3\";\nmessage Order { string id = 1; }", FileKind.Proto)]
    public void Scripts_and_protocols_are_kept(string name, string content, FileKind kind) => Assert.Equal(kind, Read(name, content).Facts.Kind);

    [Fact]
    public void The_same_content_once_more_is_an_event_only_when_it_changes_something()
    {
        var file = Read("users.csv", "a\n1\n");
        var kept = new StoredFile { Id = file.Id, Facts = file.Facts, Names = ["users.csv"] };

        Assert.IsType<FileUploaded>(StoredFile.Upload(null, file, isNamed: false, "ada", Now));
        Assert.Null(StoredFile.Upload(kept, file, isNamed: true, "ada", Now));
        Assert.IsType<FileNamed>(StoredFile.Upload(kept, file, isNamed: false, "ada", Now));
        Assert.IsType<FileNamed>(StoredFile.Upload(kept with { IsActive = false }, file, isNamed: true, "ada", Now));
        Assert.IsType<FileNamed>(StoredFile.Upload(kept, Read("b.csv", "a\n1\n"), isNamed: true, "ada", Now));
    }

    private static UploadedFile Read(string name, string content) => UploadedFile.Read(name, Encoding.UTF8.GetBytes(content));

    private static RefusalException Refused(string? name, byte[] content) => Assert.Throws<RefusalException>(() => UploadedFile.Read(name, content));
}
