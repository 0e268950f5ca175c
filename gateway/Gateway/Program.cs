using Loadstone.Gateway;
using Loadstone.Gateway.Api;
using Loadstone.Gateway.Live;
using Loadstone.ServiceHost;

var builder = WebApplication.CreateBuilder(args);
builder.AddPlatformDefaults("gateway");
builder.AddRoutes();
builder.AddLive();
foreach (var service in Routes.Services)
    builder.Services.AddServiceHealth(service, new Uri(builder.Required(Routes.SettingOf(service))));

var app = builder.Build();
app.UsePlatformEdge();
app.UseQueryNames();
app.MapApiDocument();
app.MapLive();
app.MapRoutes();
app.MustBeDescribed();
app.Run();
