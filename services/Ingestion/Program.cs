using Loadstone.Ingestion;
using Loadstone.Ingestion.Samples;
using Loadstone.ServiceHost;
using Npgsql;

var builder = WebApplication.CreateBuilder(args);
builder.AddPlatformDefaults("ingestion");
builder.Services.AddSingleton(NpgsqlDataSource.Create(builder.Required("LOADSTONE_POSTGRES")));
builder.Services.AddPostgresHealth(builder.Required("LOADSTONE_POSTGRES"));
builder.Services.AddSingleton<Database>();
builder.Services.AddSingleton<RunLedger>();
builder.Services.AddSingleton<WindowStore>();
builder.Services.AddSingleton<RunStore>();
builder.Services.AddSingleton<RunReader>();
builder.Services.AddSingleton<ResourceReader>();
builder.Services.AddSingleton<SampleStore>();
builder.Services.AddSingleton<Arrivals>();
builder.Services.AddHostedService<TablesAtStart>();
builder.Services.AddHostedService<ClosingLoop>();
builder.AddBus(bus => bus.Shared("ingestion", typeof(WorkerConsumer), typeof(SchedulerConsumer)));
builder.Services.AddSingleton<RunsRebuild>();
builder.AddReadModels(ReadModels.Of);

var app = builder.Build();
app.UsePlatformDefaults();
app.MapMetrics();
app.MapPercentiles();
app.MapSamples();
app.Run();
