using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Loadstone.ServiceHost;

/// <summary>What every service has: health, telemetry, JSON, problem details, limits, and who is calling.</summary>
public static class PlatformDefaults
{
    /// <summary>What the names of the services' connections to the database begin with.</summary>
    public const string ConnectionsOf = "loadstone ";

    /// <summary>Adds the defaults. The name is the service's in logs, traces and identities.</summary>
    public static WebApplicationBuilder AddPlatformDefaults(this WebApplicationBuilder builder, string name)
    {
        builder.WebHost.ConfigureKestrel(LimitRequests);
        LogPlainly(builder.Logging);
        NameConnections(builder, name);
        builder.Services.AddSingleton(new ServiceName(name));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.ConfigureHttpJsonOptions(json => Envelope.Configure(json.SerializerOptions));
        builder.Services.AddProblemAnswers();
        builder.Services.AddSingleton(InternalIdentity.From(builder.Configuration));
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddHealthChecks();
        builder.AddTelemetry(name);
        return builder;
    }

    /// <summary>Puts the defaults into the pipeline: problem answers, health, and the check that a call comes from the platform itself.</summary>
    public static WebApplication UsePlatformDefaults(this WebApplication app)
    {
        app.UseProblemAnswers();
        app.MapHealth();
        app.MapPrometheusPage();
        app.UseInternalIdentity();
        app.UseQueryRules();
        app.UseBodyLimit();
        app.MapRebuild();
        return app;
    }

    /// <summary>The same for the platform's edge, where calls come from outside.</summary>
    public static WebApplication UsePlatformEdge(this WebApplication app)
    {
        app.UseProblemAnswers();
        app.UseBodyLimit();
        app.MapHealth();
        return app;
    }

    // Whoever looks at the database sees whose its connections are; a rebuild sees whether there are any.
    private static void NameConnections(WebApplicationBuilder builder, string name)
    {
        if (builder.Configuration["LOADSTONE_POSTGRES"] is { Length: > 0 } postgres)
            builder.Configuration["LOADSTONE_POSTGRES"] = new NpgsqlConnectionStringBuilder(postgres) { ApplicationName = ConnectionsOf + name }.ConnectionString;
    }

    // One line each, in UTC. What frameworks do in good order, and how health stands each time it is asked for, is no news.
    private static void LogPlainly(ILoggingBuilder logging)
    {
        logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        foreach (var framework in new[] { "Microsoft.AspNetCore", "System.Net.Http", "Yarp", "MassTransit" })
            logging.AddFilter(framework, LogLevel.Warning);
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        logging.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);
    }

    private static void LimitRequests(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.LimitBodies();
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
    }
}

/// <summary>The name of the running service.</summary>
/// <param name="Value">Lower case, such as <c>scheduler</c>.</param>
public sealed record ServiceName(string Value);
