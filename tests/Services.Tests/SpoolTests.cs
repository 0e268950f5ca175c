using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Loadstone.Services.Tests;

public sealed class SpoolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loadstone-spool-").FullName;

    [Fact]
    public async Task What_was_not_confirmed_is_there_again_after_a_restart_in_order()
    {
        using (var spool = Open())
        {
            foreach (var sequence in Enumerable.Range(0, 12))
                spool.Add(Window(sequence));
            var (path, _) = await spool.ReadAllAsync(CancellationToken.None).FirstAsync();
            spool.Remove(path);
        }

        using var again = Open();
        again.Add(Window(12));

        var found = await again.ReadAllAsync(CancellationToken.None).Take(12).ToListAsync();
        Assert.Equal(Enumerable.Range(1, 12), found.Select(f => ((MetricWindowRecorded)f.Message).Window.Sequence));
    }

    [Fact]
    public void Two_workers_of_one_name_do_not_share_a_spool()
    {
        using var spool = Open();

        Assert.Throws<IOException>(Open);
    }

    [Fact]
    public async Task A_full_spool_drops_what_is_new_and_takes_more_when_there_is_room()
    {
        using var spool = Open(megabytes: 0);
        spool.Add(Window(0));
        Assert.Empty(Directory.GetFiles(_folder, "*.json", SearchOption.AllDirectories));

        using var roomy = Open(name: "other", megabytes: 1);
        roomy.Add(Window(1));
        Assert.Equal(1, ((MetricWindowRecorded)(await roomy.ReadAllAsync(CancellationToken.None).FirstAsync()).Message).Window.Sequence);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Spool Open() => Open("w");

    private Spool Open(string name = "w", int megabytes = 10) => new(
        new WorkerIdentity(Guid.NewGuid(), name, "local", 1, _folder),
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("LOADSTONE_SPOOL_MB", (string?)megabytes.ToString())]).Build(),
        NullLogger<Spool>.Instance);

    private static MetricWindowRecorded Window(int sequence) =>
        new(Guid.Empty, 0, new DateOnly(2030, 1, 1), new MetricWindow { Sequence = sequence });
}
