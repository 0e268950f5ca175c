using Loadstone.Configuration;
using Loadstone.Configuration.Configurations;
using Loadstone.Configuration.Environments;
using Loadstone.Configuration.Exchange;
using Loadstone.Configuration.Files;
using Loadstone.Configuration.Scenarios;
using Loadstone.Configuration.TestPlans;
using Loadstone.ServiceHost;

var builder = WebApplication.CreateBuilder(args);
builder.AddPlatformDefaults("configuration");
builder.AddStore();
builder.Services.AddSingleton(SecretBox.From(builder.Configuration));
builder.AddReadModels(ReadModels.Of);

var app = builder.Build();
app.UsePlatformDefaults();
app.MapConfigurations();
app.MapExport();
app.MapImport();
app.MapScenarios();
app.MapPlans();
app.MapEnvironments();
app.MapSecrets();
app.MapFiles();
app.MapRunnable();
app.Run();
