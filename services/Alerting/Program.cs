using Loadstone.Alerting;
using Loadstone.Alerting.Delivery;
using Loadstone.Alerting.Errors;
using Loadstone.Alerting.Maintenance;
using Loadstone.Alerting.Rules;
using Loadstone.Alerting.Subscriptions;
using Loadstone.Alerting.Watching;
using Loadstone.ServiceHost;

var builder = WebApplication.CreateBuilder(args);
builder.AddPlatformDefaults("alerting");
MailServer.Check(builder.Configuration);
builder.AddStore();
builder.AddBus(bus => bus.OneAtATime("alerting-watch", typeof(SchedulerConsumer), typeof(IngestionConsumer), typeof(AnalysisConsumer)));
builder.AddInternalClient<IAnalysisClient>("LOADSTONE_ANALYSIS_URL");
builder.AddInternalClient<IIngestionClient>("LOADSTONE_INGESTION_URL");
if (builder.IsToRebuild())
    builder.AddInternalClient<ISchedulerClient>("LOADSTONE_SCHEDULER_URL");
builder.AddReadModels(ReadModels.Of);

var app = builder.Build();
app.UsePlatformDefaults();
app.MapAlerts();
app.MapAlertRules();
app.MapAlertSubscriptions();
app.MapMaintenance();
app.MapErrors();
app.Run();
