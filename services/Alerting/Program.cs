using Loadstone.Alerting;
using Loadstone.Alerting.Errors;
using Loadstone.Alerting.Rules;
using Loadstone.Alerting.Subscriptions;
using Loadstone.ServiceHost;

var builder = WebApplication.CreateBuilder(args);
builder.AddPlatformDefaults("alerting");
builder.AddStore();
builder.AddBus(bus => bus.OneAtATime("alerting-watch", typeof(SchedulerConsumer), typeof(IngestionConsumer)));
if (builder.IsToRebuild())
    builder.AddInternalClient<ISchedulerClient>("LOADSTONE_SCHEDULER_URL");
builder.AddReadModels(ReadModels.Of);

var app = builder.Build();
app.UsePlatformDefaults();
app.MapAlerts();
app.MapAlertRules();
app.MapAlertSubscriptions();
app.MapErrors();
app.Run();
