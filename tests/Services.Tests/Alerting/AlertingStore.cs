using Loadstone.Alerting;
using Loadstone.EventStore;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>The alerting service's store on a real database, without the service.</summary>
internal static class AlertingStore
{
    public static async Task<WebApplication> OpenAsync(TestDatabase database, TimeProvider time)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["LOADSTONE_POSTGRES"] = new NpgsqlConnectionStringBuilder(database.ConnectionString) { CommandTimeout = 3 }.ConnectionString;
        builder.AddStore();
        builder.Services.AddSingleton(time);
        builder.Services.AddMassTransit(bus => bus.UsingInMemory());
        var app = builder.Build();
        await app.Services.GetRequiredService<IDocumentStore>().Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        return app;
    }
}
