using System.Net;
using System.Text.Json.Nodes;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Cli.Tests.Serving.Http;

public sealed class HttpServerTests : IAsyncLifetime
{
    GivenServer _server = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await GivenServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task No_route_answers_without_its_scope()
    {
        var open = new List<string>();
        foreach (var route in _server.Server.Routes)
        {
            var path = route.Path.Replace("{name}", "app.orders", StringComparison.Ordinal)
                .Replace("{entity}", "app.orders", StringComparison.Ordinal)
                .Replace("{key}", "1", StringComparison.Ordinal).Replace("{id}", "x", StringComparison.Ordinal);
            using var nobody = await _server.SendAsync(Request(), key: null);
            using var stranger = await _server.SendAsync(Request(), "no-key-of-ours-0123456789");
            using var lists = await _server.SendAsync(Request(), GivenServer.Lists);
            if (route.Scope is null)
            {
                open.Add(route.Path);
                Assert.Equal(HttpStatusCode.OK, nobody.StatusCode);
                continue;
            }
            Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
            Assert.Equal(route.Scope != "tables:read", lists.StatusCode == HttpStatusCode.Forbidden);
            var problem = JsonNode.Parse(await nobody.Content.ReadAsStringAsync(Ct))!;
            Assert.Equal("unauthorized", (string)problem["code"]!);
            Assert.Equal(401, (int)problem["status"]!);
            Assert.Equal(32, ((string)problem["trace_id"]!).Length);

            HttpRequestMessage Request() => new(new HttpMethod(route.Method), path);
        }
        Assert.Equal(["/health/live", "/health/ready", "/openapi.json"], open);
    }

    [Fact]
    public async Task Sql_is_answered_as_json_lines_and_csv()
    {
        const string Sql = "SELECT id, total, NULL AS n, [1] AS l FROM app.orders WHERE id = $1";
        using var json = await _server.SqlAsync($$"""{"sql": "{{Sql}}", "parameters": [3]}""");
        Assert.Equal(
            """
            {"cut":"","columns":[{"name":"id","type":"BIGINT"},{"name":"total","type":"DECIMAL(12,2)"},
            {"name":"n","type":"INTEGER"},{"name":"l","type":"INTEGER[]"}],"rows":[[3,"3.75",null,[1]]],
            "row_count":1,"truncated":false}
            """.ReplaceLineEndings(""),
            await json.Content.ReadAsStringAsync(Ct));
        using var lines = await _server.SqlAsync(
            "SELECT 1 AS a UNION ALL SELECT 2 ORDER BY 1", accept: "application/x-ndjson");
        Assert.Equal("{\"a\":1}\n{\"a\":2}\n", await lines.Content.ReadAsStringAsync(Ct));
        using var csv = await _server.SqlAsync("FROM app.plans", accept: "text/csv");
        Assert.Equal("id,name\r\n1,plan\r\n", await csv.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task Sql_is_answered_as_parquet()
    {
        using var answer = await _server.SqlAsync(
            """{"sql": "SELECT id, total, id::HUGEINT AS h, {'a': id} AS s FROM app.orders", "rows_max": 70}""",
            accept: "application/vnd.apache.parquet");
        var file = Path.Combine(_server.Files.Folder.FullName, "answer.parquet");
        await File.WriteAllBytesAsync(file, await answer.Content.ReadAsByteArrayAsync(Ct), Ct);
        using var duck = DuckDbDatabase.Open();
        using var connection = duck.Connect();
        using var result = connection.Query($"SELECT count(*), max(id), sum(total)::DOUBLE, min(h) FROM '{file}'");
        using var chunk = result.NextChunk()!;
        Assert.Equal(70, chunk.Column(0).Int64s[0]);
        Assert.Equal(69, chunk.Column(1).Int64s[0]);
        Assert.Equal(69 * 70 / 2 * 1.25, chunk.Column(2).Float64s[0]);
    }

    [Theory]
    [InlineData("DROP VIEW app.orders", 403, "not_read_only")]
    [InlineData("SELECT * FROM read_text('/etc/passwd')", 403, "not_allowed")]
    [InlineData("SELECT * FROM app.nothing", 400, "unknown_table")]
    [InlineData("SELEKT", 400, "syntax")]
    [InlineData("""{"sql": 1}""", 400, "malformed")]
    [InlineData("""{"sql": "SELECT 1", "limit": 1}""", 400, "malformed")]
    [InlineData("""{"sql": "SELECT 1", "as_of": "yesterday"}""", 400, "malformed")]
    [InlineData("""{"sql": "SELECT 1", "as_of": 7}""", 404, "no_such_cut")]
    [InlineData("{\"sql\": \"SELECT count(*) FROM range(1000) a(x), range(100000000000) b(y) WHERE x * y % 7 = 3\", "
        + "\"timeout_seconds\": 0.2}", 504, "time_limit")]
    public async Task What_is_wrong_is_a_problem_with_a_code(string body, int status, string code)
    {
        using var answer = await _server.SqlAsync(body);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;
        Assert.Equal(code, (string)problem["code"]!);
        Assert.Equal($"urn:tapline:problem:{code}", (string)problem["type"]!);
        Assert.NotEmpty((string)problem["title"]!);
    }

    [Fact]
    public async Task A_tenant_gets_its_rows_by_every_route()
    {
        using var count = await _server.SqlAsync("SELECT count(*) FROM app.orders", GivenServer.Tenant, "text/csv");
        Assert.EndsWith("\r\n50\r\n", await count.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using var plans = await _server.SqlAsync("FROM app.plans", GivenServer.Tenant);
        Assert.Equal(HttpStatusCode.BadRequest, plans.StatusCode);
        var tables = (JsonArray)(await _server.JsonAsync("/v1/tables", GivenServer.Tenant))["tables"]!;
        Assert.Equal(
            ["app.accounts", "app.orders", "history.app_orders"],
            tables.Select(static table => (string)table!["name"]!));
        Assert.All(tables, static table => Assert.Null(table!["rows"]));
        using var hidden = await _server.GetAsync("/v1/tables/app.plans", GivenServer.Tenant);
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        using var quarantine = await _server.GetAsync("/v1/quarantine", GivenServer.Tenant);
        Assert.Equal(HttpStatusCode.Forbidden, quarantine.StatusCode);
    }

    [Fact]
    public async Task Tables_and_quarantine_are_shown()
    {
        var table = await _server.JsonAsync("/v1/tables/app.orders");
        Assert.Equal(1, (long)table["version"]!);
        Assert.Equal("account_id", (string)table["columns"]![1]!["name"]!);
        var quarantine = await _server.JsonAsync("/v1/quarantine?records=5");
        Assert.Equal(1, (long)quarantine["groups"]![0]!["count"]!);
        Assert.Equal("shop.app.orders/0/17", (string)quarantine["records"]![0]!["id"]!);
        Assert.Equal("""{"id":1,"email":"***"}""", (string)quarantine["records"]![0]!["value"]!);
        var status = await _server.JsonAsync("/v1/status");
        Assert.Equal(5, (int)status["tables"]!);
    }

    [Fact]
    public async Task A_row_is_found_by_its_key()
    {
        var found = await _server.JsonAsync("/v1/entities/app.orders/3?by=id");
        Assert.Equal("""{"id":3,"account_id":2,"total":"3.75","_lsn":7}""", found["row"]!.ToJsonString());
        foreach (var (path, key, status) in new[]
        {
            ("/v1/entities/app.orders/3?by=id", GivenServer.Tenant, 404),
            ("/v1/entities/app.plans/1?by=id", GivenServer.Tenant, 404),
            ("/v1/entities/app.orders/1000?by=id", GivenServer.Reader, 404),
            ("/v1/entities/app.orders/3", GivenServer.Reader, 400),
            ("/v1/entities/app.orders/3,4?by=id,nothing", GivenServer.Reader, 404),
            ("/v1/entities/app.orders/3'%20OR%20true?by=id", GivenServer.Reader, 422),
        })
        {
            using var answer = await _server.GetAsync(path, key);
            Assert.Equal(status, (int)answer.StatusCode);
        }
        Assert.Equal(4, (int)(await _server.JsonAsync("/v1/entities/app.orders/4,1?by=id,account_id"))["row"]!["id"]!);
    }

    [Fact]
    public async Task Older_cuts_are_listed_and_can_be_asked()
    {
        await _server.Files.ManifestAsync(1, 1_000, ("current/app.orders", 1));
        var version = await _server.Files.AddAsync(
            "current/app.orders", "SELECT 1000 AS id, 1 AS account_id, 1.25::DECIMAL(12,2) AS total, 8 AS _lsn");
        await _server.Files.ManifestAsync(2, 61_000, ("current/app.orders", version));
        var manifests = (JsonArray)(await _server.JsonAsync("/v1/manifests"))["manifests"]!;
        Assert.Equal([2L, 1L], manifests.Select(static manifest => (long)manifest!["epoch"]!));
        Assert.Equal("1970-01-01T00:00:01.000Z", (string)manifests[1]!["committed_at"]!);
        foreach (var (asOf, rows) in new[] { ("1", 100), ("2", 101), ("9", 101), ("1970-01-01T00:00:30Z", 100) })
        {
            using var answer = await _server.SqlAsync(
                $$"""{"sql": "SELECT count(*) FROM app.orders", "as_of": "{{asOf}}"}""", accept: "text/csv");
            Assert.Contains($"\r\n{rows}\r\n", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }
        using var before = await _server.SqlAsync("""{"sql": "SELECT 1", "as_of": "1970-01-01T00:00:00Z"}""");
        Assert.Equal(HttpStatusCode.NotFound, before.StatusCode);
    }

    [Fact]
    public async Task A_running_statement_is_cancelled_by_its_caller_alone()
    {
        var running = _server.SqlAsync("""
            {"id": "q", "sql": "SELECT count(*) FROM range(1000) a(x), range(100000000000) b(y) WHERE x * y % 7 = 3"}
            """);
        using (var other = await CancelAsync(GivenServer.Tenant))
            Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        while (true)
        {
            using var cancelled = await CancelAsync(GivenServer.Reader);
            if (cancelled.IsSuccessStatusCode)
                break;
            await Task.Delay(20, Ct);
        }
        using var answer = await running;
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);

        Task<HttpResponseMessage> CancelAsync(string key) =>
            _server.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/v1/sql/q"), key);
    }

    [Fact]
    public async Task Figures_and_description_are_what_their_formats_want()
    {
        using (await _server.SqlAsync("SELECT 1"))
        {
        }
        using var answer = await _server.GetAsync("/metrics");
        var lines = (await answer.Content.ReadAsStringAsync(Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, static line => Assert.Matches(
            """^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.E+-]+)$""", line));
        Assert.Contains("tapline_sql_statements_total{outcome=\"answered\"} 1", lines);
        Assert.Contains("tapline_table_files{table=\"current/app.orders\"} 1", lines);
        var paths = (JsonObject)(await _server.JsonAsync("/openapi.json", key: null))["paths"]!;
        Assert.Equal(
            _server.Server.Routes.Select(static route => route.Path).Where(static path => path != "/openapi.json")
                .Distinct(),
            paths.Select(static path => path.Key));
    }

    [Fact]
    public async Task A_caller_who_asks_too_much_is_told_to_wait()
    {
        await using var slow = await GivenServer.StartAsync(
            change: static options => options with { RequestsPerSecond = 0.01, RequestsAtOnce = 2 });
        for (var i = 0; i < 2; i++)
            await slow.JsonAsync("/v1/status");
        using var refused = await slow.GetAsync("/v1/status");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        await slow.JsonAsync("/v1/status", GivenServer.Tenant);
    }

    [Fact]
    public async Task Without_keys_this_machine_is_answered_and_pages_of_strangers_are_not()
    {
        await using var open = await GivenServer.StartAsync(isOpen: true);
        await open.JsonAsync("/v1/status", key: null);
        var page = new HttpRequestMessage(HttpMethod.Get, "/v1/status");
        page.Headers.Add("Origin", "https://x.example");
        using var fromPage = await open.SendAsync(page, key: null);
        Assert.Equal(HttpStatusCode.Forbidden, fromPage.StatusCode);
        var rebound = new HttpRequestMessage(HttpMethod.Get, "/v1/status");
        rebound.Headers.Host = "x.example";
        using var byName = await open.SendAsync(rebound, key: null);
        Assert.Equal(HttpStatusCode.Forbidden, byName.StatusCode);
    }
}
