using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts.Sources;
using Tapline.Serving.Http;
using Tapline.Serving.Lake;
using Tapline.Serving.Security;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Cli.Tests.Serving.Http;

/// <summary>A lake of two tenants over HTTP on a port of its own.</summary>
sealed class GivenServer : IAsyncDisposable
{
    public const string Reader = "reader-key-0123456789";
    public const string Tenant = "tenant-key-0123456789";
    public const string Lists = "listing-key-0123456789";

    readonly ServedLake _lake;
    readonly GuardedSql _sql;
    readonly HttpClient _client = new();

    GivenServer(GivenLake files, ServedLake lake, GuardedSql sql, HttpServer server)
    {
        (Files, _lake, _sql, Server) = (files, lake, sql, server);
        _client.BaseAddress = server.Address;
    }

    public GivenLake Files { get; }

    public HttpServer Server { get; }

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<GivenServer> StartAsync(
        bool isOpen = false, Func<HttpServerOptions, HttpServerOptions>? change = null)
    {
        var files = await GivenLake.OfTwoTenantsAsync();
        var lake = files.Serve();
        var sql = new GuardedSql(lake, new GuardedSqlLimits { RowsMax = 100_000 }, TimeProvider.System);
        var gate = new Gatekeeper(
            isOpen ? [] :
            [
                new ApiKey("reader", Reader, Scopes.All, tenant: null),
                new ApiKey("tenant", Tenant, Scopes.All, tenant: "1"),
                new ApiKey("lists", Lists, [Scopes.TablesRead], tenant: null),
            ],
            tokens: null);
        var options = new HttpServerOptions(new IPEndPoint(IPAddress.Loopback, 0), gate)
        {
            Prefix = "shop",
            Sources = new SourceDeclarations(new DeclaredFormat(), [new DeclaredTable("app.orders")
            {
                Columns = [new DeclaredColumn("email", null) { IsPersonal = true }],
            }]),
        };
        var server = await HttpServer.StartAsync(
            change?.Invoke(options) ?? options, lake, sql, TimeProvider.System, NullLoggerFactory.Instance, Ct);
        return new GivenServer(files, lake, sql, server);
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? key = Reader) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path), key);

    public async Task<JsonNode> JsonAsync(string path, string? key = Reader)
    {
        using var response = await GetAsync(path, key);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!;
    }

    public Task<HttpResponseMessage> SqlAsync(string body, string? key = Reader, string accept = "application/json") =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/v1/sql")
            {
                Content = new StringContent(
                    body, Encoding.UTF8, body.StartsWith('{') ? "application/json" : "text/plain"),
                Headers = { { "Accept", accept } },
            },
            key);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? key)
    {
        if (key is not null)
            request.Headers.Add("Authorization", $"Bearer {key}");
        return _client.SendAsync(request, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Server.DisposeAsync();
        _sql.Dispose();
        _lake.Dispose();
        Files.Dispose();
    }
}
