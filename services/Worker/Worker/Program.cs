using Loadstone.LoadEngine;
using Loadstone.ServiceHost;
using Loadstone.Worker;

EngineProcess.Prepare();
if (args is ["local", ..])
    return await LocalMode.RunAsync(args);

var builder = WebApplication.CreateBuilder(args);
builder.AddPlatformDefaults("worker");
var identity = WorkerIdentity.From(builder.Configuration);
builder.Services.AddSingleton(identity);
builder.AddInternalClient<ISecretsClient>("LOADSTONE_CONFIGURATION_URL");
builder.Services.AddSingleton<SchedulerClock>();
builder.Services.AddSingleton<Shards>();
builder.Services.AddSingleton<Spool>();
builder.Services.AddHostedService<WarmingUp>();
builder.Services.AddHostedService<SpoolPublisher>();
builder.Services.AddHostedService<Reporting>();
builder.Services.AddHostedService<LostContact>();
builder.AddBus(bus => bus.Own($"worker-{identity.Name}", [typeof(SchedulerConsumer)], endpoint => SchedulerConsumer.Bind(endpoint, identity.Id)));

var app = builder.Build();
app.UsePlatformDefaults();
app.ShowInstruments();
await app.RunAsync();
return 0;
