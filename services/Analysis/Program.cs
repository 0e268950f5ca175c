using Loadstone.Analysis;
using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.Benchmarks;
using Loadstone.Analysis.Gates;
using Loadstone.Analysis.History;
using Loadstone.Analysis.Reports;
using Loadstone.ServiceHost;

var builder = WebApplication.CreateBuilder(args);
builder.AddPlatformDefaults("analysis");
builder.AddStore();
builder.AddInternalClient<IIngestionClient>("LOADSTONE_INGESTION_URL");
builder.AddBus(bus => bus.Shared("analysis", typeof(SchedulerConsumer), typeof(IngestionConsumer)));
builder.AddInternalClient<ISchedulerClient>("LOADSTONE_SCHEDULER_URL");
builder.AddInternalClient<IAlertingClient>("LOADSTONE_ALERTING_URL");
builder.AddReadModels(ReadModels.Of);

var app = builder.Build();
app.UsePlatformDefaults();
app.MapReports();
app.MapInsights();
app.MapJudgements();
app.MapBenchmarks();
app.MapBaselines();
app.MapCompare();
app.MapTrends();
app.MapObjectives();
app.MapGate();
app.Run();
