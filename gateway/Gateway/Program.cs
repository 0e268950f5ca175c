using Loadstone.Gateway;
using Loadstone.Gateway.Api;
using Loadstone.ServiceHost;

var builder = WebApplication.CreateBuilder(args);
builder.AddPlatformDefaults("gateway");
builder.AddRoutes();
foreach (var service in Routes.Services)
    builder.Services.AddServiceHealth(service, new Uri(builder.Required(Routes.SettingOf(service))));

var app = builder.Build();
app.UsePlatformEdge();
app.MapApiDocument();
app.MapRoutes();
app.MustBeDescribed();
app.Run();
