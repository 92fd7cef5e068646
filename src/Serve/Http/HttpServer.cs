using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tapline.Contracts.Sources;
using Tapline.Serving.Lake;
using Tapline.Serving.Security;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Serving.Http;

/// <summary>The lake over HTTP: everything under <c>/v1</c> asks for a scope, health and the description do
/// not.</summary>
public sealed class HttpServer : IAsyncDisposable
{
    readonly WebApplication _app;

    HttpServer(WebApplication app, ImmutableArray<HttpRoute> routes, Uri address) =>
        (_app, Routes, Address) = (app, routes, address);

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <summary>What can be asked for.</summary>
    internal ImmutableArray<HttpRoute> Routes { get; }

    /// <summary>Starts to answer. Throws <see cref="IOException"/> when the port is taken.</summary>
    public static async Task<HttpServer> StartAsync(
        HttpServerOptions options, ServedLake lake, GuardedSql sql, TimeProvider time, ILoggerFactory logs,
        CancellationToken ct)
    {
        var logger = logs.CreateLogger<HttpServer>();
        var counters = new ServeCounters();
        var routes = RoutesOf(options, lake, sql, counters, time, logger);
        var app = Build(options, logs);
        var door = new HttpDoor(options, counters, time, logger);
        foreach (var route in routes)
            app.MapMethods(route.Path, [route.Method], context => door.LetInAsync(context, route));
        app.MapFallback(door.RefuseAsync);
        try
        {
            await app.StartAsync(ct);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
        var addresses = ((IApplicationBuilder)app).ServerFeatures.Get<IServerAddressesFeature>()!;
        return new HttpServer(app, routes, new Uri(addresses.Addresses.First()));
    }

    /// <summary>Stops to answer; requests under way have a moment to end.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    static WebApplication Build(HttpServerOptions options, ILoggerFactory logs)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 2 << 20;
            kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax;
            kestrel.Listen(options.Endpoint, listen =>
            {
                if (options.Certificate is { } certificate)
                    listen.UseHttps(certificate);
            });
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton<IHostLifetime, OwnersLifetime>();
        return builder.Build();
    }

    static ImmutableArray<HttpRoute> RoutesOf(
        HttpServerOptions options, ServedLake lake, GuardedSql sql, ServeCounters counters, TimeProvider time,
        ILogger logger)
    {
        var statements = new SqlEndpoint(sql, counters, time, logger);
        var tables = new TablesEndpoint(lake, time);
        var entities = new EntityEndpoint(lake, sql);
        var quarantine = new QuarantineEndpoint(lake, options.Sources, options.Prefix);
        var status = new StatusEndpoint(lake, sql, counters, time);
        ImmutableArray<HttpRoute> routes =
        [
            new("POST", "/v1/sql", Scopes.SqlRead, "Runs a statement that reads", statements.RunAsync)
            {
                HasStatement = true,
                Parameters = new Dictionary<string, string> { ["as_of"] = "an epoch or a time: an older cut" },
                Types = [SqlAnswer.Json, SqlAnswer.JsonLines, SqlAnswer.Csv, SqlAnswer.Parquet],
            },
            new("DELETE", "/v1/sql/{id}", Scopes.SqlRead, "Stops a running statement of yours", statements.CancelAsync),
            new("GET", "/v1/tables", Scopes.TablesRead, "Names the tables", tables.ListAsync),
            new("GET", "/v1/tables/{name}", Scopes.TablesRead, "Shows a table with its columns", tables.ShowAsync),
            new("GET", "/v1/entities/{entity}/{key}", Scopes.EntitiesRead, "Finds a row by its key",
                entities.FindAsync)
            {
                Parameters = new Dictionary<string, string> { ["by"] = "the columns of the key, with commas between" },
            },
            new("GET", "/v1/manifests", Scopes.TablesRead, "Lists the newest cuts", tables.EpochsAsync)
            {
                Parameters = new Dictionary<string, string> { ["limit"] = "how many of each lane" },
            },
            new("GET", "/v1/quarantine", Scopes.QuarantineRead, "Counts and shows what could not be used",
                quarantine.ListAsync)
            {
                Parameters = new Dictionary<string, string>
                {
                    ["table"] = "of a table or topic",
                    ["reason"] = "with a reason",
                    ["records"] = "how many records to show",
                },
            },
            new("GET", "/v1/status", Scopes.StatusRead, "Shows how service and lake fare", status.ShowAsync),
            new("GET", "/metrics", Scopes.StatusRead, "Figures for Prometheus", status.MetricsAsync)
            {
                Types = ["text/plain"],
            },
            new("GET", "/health/live", null, "Whether the process answers", StatusEndpoint.LiveAsync),
            new("GET", "/health/ready", null, "Whether the lake can be read", status.ReadyAsync),
        ];
        return
        [
            .. routes,
            new("GET", "/openapi.json", null, "Describes all this", call => call.WriteAsync(OpenApi.Of(routes))),
        ];
    }
}

/// <summary>Leaves Ctrl-C and signals to whoever started the server.</summary>
sealed class OwnersLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
