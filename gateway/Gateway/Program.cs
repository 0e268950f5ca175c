using Loadstone.Gateway;
using Loadstone.Gateway.Api;
using Loadstone.Gateway.Audit;
using Loadstone.Gateway.Doors;
using Loadstone.Gateway.Keys;
using Loadstone.Gateway.Live;
using Loadstone.Gateway.Users;
using Loadstone.ServiceHost;

var builder = WebApplication.CreateBuilder(args);
builder.AddPlatformDefaults("gateway");
builder.AddDatabase();
builder.AddUsers();
builder.AddDoor();
builder.Services.AddAudit();
builder.AddRoutes();
builder.AddLive();
foreach (var service in Routes.Services)
    builder.Services.AddServiceHealth(service, builder.RequiredUrls(Routes.SettingOf(service)));

var app = builder.Build();
app.UseProxies();
app.UseAudit();
app.UseSecurityHeaders();
app.UsePlatformEdge();
app.UseDoor();
app.UseQueryNames();
app.MapApiDocument();
app.MapOperation("getGatewayMetrics", PrometheusPage.Answer);
app.MapSchemas();
app.MapAuth();
app.MapUsers();
app.MapKeys();
app.MapAudit();
app.MapLive();
app.MapRoutes();
app.MapDashboard();
app.MustBeDescribed();
app.Run();
