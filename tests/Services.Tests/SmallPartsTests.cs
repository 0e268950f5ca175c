using System.Text;
using Loadstone.Contracts;
using Loadstone.Scheduler;
using Loadstone.ServiceHost;
using Loadstone.Worker;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Loadstone.Services.Tests;

public sealed class SmallPartsTests
{
    private static readonly byte[] Key = Encoding.UTF8.GetBytes(new string('k', 32));
    private static readonly Caller Someone = new("gateway", "ada", ["engineer"]);

    [Fact]
    public void A_signed_caller_is_believed_for_a_minute()
    {
        var clock = new SetClock();
        var identity = new InternalIdentity(Key, clock);
        var header = identity.Sign(Someone);

        Assert.Equal("ada", identity.Verify(header)!.User);
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.NotNull(identity.Verify(header));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(identity.Verify(header));
    }

    [Fact]
    public void A_caller_that_was_signed_by_another_key_or_changed_is_not_believed()
    {
        var identity = new InternalIdentity(Key, TimeProvider.System);
        var other = new InternalIdentity(Encoding.UTF8.GetBytes(new string('x', 32)), TimeProvider.System).Sign(Someone);
        var (body, signature) = identity.Sign(Someone).Split('.') is [var b, var s] ? (b, s) : ("", "");
        var changed = Convert.ToBase64String(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Convert.FromBase64String(body)).Replace("ada", "eve", StringComparison.Ordinal)));

        Assert.All([other, $"{changed}.{signature}", body, "", null, "a.b.c"], header => Assert.Null(identity.Verify(header)));
    }

    [Fact]
    public void A_service_on_the_bus_tells_nobody_outside_how_it_is_used()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["LOADSTONE_RABBITMQ"] = "amqp://127.0.0.1:1/";
        builder.AddBus(_ => { });
        using var services = builder.Services.BuildServiceProvider();

        Assert.False(services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
    }

    [Fact]
    public void An_id_made_from_a_name_is_version_5_and_always_the_same()
    {
        var id = NamedGuid.Of("ada\nnightly");

        Assert.Equal(id, NamedGuid.Of("ada\nnightly"));
        Assert.NotEqual(id, NamedGuid.Of("ada\nweekly"));
        Assert.Equal((5, 8), (id.Version, id.Variant & 0xC));
    }

    [Fact]
    public void The_clocks_offset_is_that_of_the_quickest_echo()
    {
        var clock = new SetClock();
        var ours = new SchedulerClock(clock);
        var sent = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromMilliseconds(4));
        ours.Hear(new WorkerEcho(Guid.Empty, sent, sent.AddMilliseconds(2 - 500)));
        clock.Advance(TimeSpan.FromMilliseconds(1000));
        ours.Hear(new WorkerEcho(Guid.Empty, sent.AddMilliseconds(4), sent.AddMilliseconds(900 - 500)));

        Assert.Equal((500, 1000), (ours.OffsetMs, ours.RoundTripMs));
        Assert.Equal(TimeSpan.FromSeconds(1), ours.Until(clock.GetUtcNow().AddMilliseconds(-500).AddSeconds(1)));
    }

    [Fact]
    public void A_worker_that_the_broker_says_is_gone_is_not_there_until_it_reports_again()
    {
        var clock = new SetClock();
        var fleet = new Fleet(clock);
        var worker = Guid.NewGuid();
        fleet.Hear(Report());
        clock.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal([worker], fleet.Late([worker, Guid.NewGuid()]));

        fleet.Bury(worker);
        Assert.Null(fleet.Find(worker));
        Assert.Empty(fleet.Late([worker]));

        fleet.Hear(Report());
        Assert.NotNull(fleet.Find(worker));

        WorkerReported Report() => new(worker, "w", "here", 100, 0, clock.GetUtcNow(), 1, 0, []);
    }

    [Fact]
    public void Workers_may_be_called_lost_only_over_a_broker_that_carries_and_by_a_process_that_runs()
    {
        var clock = new SetClock();
        var pulse = new Pulse(clock);
        Assert.False(pulse.MayCallWorkersLost());
        Live(20);
        Assert.False(pulse.MayCallWorkersLost());
        Live(2);
        Assert.True(pulse.MayCallWorkersLost());

        clock.Advance(TimeSpan.FromSeconds(5)); // frozen
        pulse.Beat();
        pulse.CameBack();
        Assert.False(pulse.MayCallWorkersLost());
        Live(5);
        Assert.True(pulse.MayCallWorkersLost());

        for (var i = 0; i < 4; i++) // the broker is silent
            Beat();
        Assert.False(pulse.MayCallWorkersLost());
        Live(20); // the workers may need longer than we did to find it again
        Assert.False(pulse.MayCallWorkersLost());
        Live(2);
        Assert.True(pulse.MayCallWorkersLost());

        void Live(int beats)
        {
            for (var i = 0; i < beats; i++)
            {
                Beat();
                pulse.CameBack();
            }
        }

        void Beat()
        {
            clock.Advance(TimeSpan.FromMilliseconds(500));
            pulse.Beat();
        }
    }
}
