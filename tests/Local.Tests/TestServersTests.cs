
namespace Loadstone.Local.Tests;

public sealed class TestServersTests
{
    [Fact(Timeout = 120_000)]
    public async Task All_tests_of_a_process_share_one_pair_of_servers()
    {
        var servers = await Task.WhenAll(TestServers.GetAsync(), TestServers.GetAsync());

        Assert.Same(servers[0], servers[1]);
        Assert.Equal(1, await Traffic.QueryAsync(servers[0].PostgresConnectionString, "select 1"));
    }
}
