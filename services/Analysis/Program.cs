using Loadstone.Analysis;
using Loadstone.Analysis.Benchmarks;
using Loadstone.ServiceHost;

var builder = WebApplication.CreateBuilder(args);
builder.AddPlatformDefaults("analysis");
builder.AddStore();
builder.AddInternalClient<IIngestionClient>("LOADSTONE_INGESTION_URL");
builder.AddBus(bus => bus.Shared("analysis", typeof(SchedulerConsumer), typeof(IngestionConsumer)));
if (builder.IsToRebuild())
    builder.AddInternalClient<ISchedulerClient>("LOADSTONE_SCHEDULER_URL");
builder.AddReadModels(ReadModels.Of);

var app = builder.Build();
app.UsePlatformDefaults();
app.MapReports();
app.MapInsights();
app.MapJudgements();
app.MapBenchmarks();
app.Run();
