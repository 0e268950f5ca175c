using Loadstone.Contracts;
using Loadstone.Scheduler;
using Loadstone.Scheduler.Schedules;
using Loadstone.ServiceHost;

var builder = WebApplication.CreateBuilder(args);
builder.AddPlatformDefaults("scheduler");
builder.AddStore();
builder.AddInternalClient<IConfigurationClient>("LOADSTONE_CONFIGURATION_URL");
builder.AddBus(bus => bus
    .Shared("scheduler", typeof(WorkerConsumer), typeof(AnalysisConsumer))
    .Own("scheduler-live", [typeof(WorkerReportedConsumer), typeof(PulseConsumer), typeof(WindowClosedConsumer)])
    .RouteByKey<PrepareShard>(m => m.WorkerId.ToString())
    .RouteByKey<AskProbes>(m => m.WorkerId.ToString())
    .RouteByKey<StartShard>(m => m.WorkerId.ToString())
    .RouteByKey<StopShard>(m => m.WorkerId.ToString())
    .RouteByKey<PauseShard>(m => m.WorkerId.ToString())
    .RouteByKey<ResumeShard>(m => m.WorkerId.ToString())
    .RouteByKey<SteerShard>(m => m.WorkerId.ToString())
    .RouteByKey<WorkerEcho>(m => m.WorkerId.ToString())
    .RouteByKey<WorkerProbe>(m => m.WorkerId.ToString()));
builder.Services.AddSingleton<Fleet>();
builder.Services.AddSingleton<Pulse>();
builder.Services.AddSingleton<LiveFigures>();
builder.Services.AddSingleton<Instruments>();
builder.Services.AddSingleton<Steering>();
builder.Services.AddSingleton<QueuePlaces>();
builder.Services.AddHostedService<Overseer>();
builder.Services.AddHostedService<ScheduleClock>();
builder.AddReadModels(ReadModels.Of);

var app = builder.Build();
app.UsePlatformDefaults();
app.MapExecutions();
app.MapPerformanceTests();
app.MapSchedules();
app.MapWorkers();
app.Run();
