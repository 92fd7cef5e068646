using Tapline.Contracts;
using Tapline.Ingest.Postgres;

namespace Tapline.Ingest.Tests.Postgres;

public sealed class PublicationTests(PostgresServers servers)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task Tables_of_several_publications_are_captured_once_by_a_role_that_owns_none(string server)
    {
        await using var capture = await Capture.CreateAsync(
            servers,
            server,
            """
            CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);
            INSERT INTO a SELECT generate_series(1, 10); INSERT INTO b SELECT generate_series(1, 10);
            CREATE PUBLICATION first FOR TABLE a WHERE (id < 5);
            CREATE PUBLICATION second FOR TABLE b, a WHERE (id > 8);
            DO 'BEGIN CREATE ROLE guest LOGIN REPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END';
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest;
            """);
        var owner = capture.Options.ConnectionString;
        capture.Options = capture.Options with
        {
            ConnectionString = owner.Replace("Username=postgres", "Username=guest"),
            Publications = ["first", "second"],
        };
        capture.Start();
        await capture.CatchUpAsync();
        capture.Options = capture.Options with { ConnectionString = owner };
        await capture.ExecuteAsync("INSERT INTO a VALUES (0), (-7), (99); INSERT INTO b VALUES (11)");
        await capture.CatchUpAsync();
        Assert.Equal(
            [-7, 0, 1, 2, 3, 4, 9, 10, 99],
            (await capture.RecordsAsync("public.a")).Select(static r => (int)r.After!["id"]!).Order());
        Assert.Equal(11, (await capture.RecordsAsync("public.b")).Count);
    }

    [Fact]
    public async Task Of_several_publications_all_must_exist()
    {
        await using var capture = await Capture.CreateAsync(
            servers, "embedded", "CREATE TABLE a (id int PRIMARY KEY); CREATE PUBLICATION first FOR TABLE a");
        capture.Options = capture.Options with { Publications = ["first", "absent"] };
        var failure = await capture.FailAsync<TaplineException>();
        Assert.Contains("publication absent does not exist", failure.Message);
    }

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task Generated_columns_are_in_neither_the_copy_nor_the_stream(string server)
    {
        await using var capture = await Capture.CreateAsync(servers, server, Generated);
        await InsertAsync(capture);
        Assert.Equal(
            ["""{"id":1}""", """{"id":2}"""],
            (await capture.RecordsAsync("public.t")).Select(static r => r.After!.ToJsonString()));
    }

    [Fact]
    public async Task Generated_columns_that_are_published_are_in_both()
    {
        await using var capture = await Capture.CreateAsync(
            servers,
            "embedded",
            Generated + "; CREATE PUBLICATION tapline FOR TABLE t WITH (publish_generated_columns = stored)");
        await InsertAsync(capture);
        Assert.Equal(
            ["""{"id":1,"twice":2}""", """{"id":2,"twice":4}"""],
            (await capture.RecordsAsync("public.t")).Select(static r => r.After!.ToJsonString()));
        Assert.All(await capture.RecordsAsync("public.t"), static r => Assert.Equal("1", r.Headers["tapline.schema"]));
    }

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task What_could_be_better_is_advice_and_no_problem(string server)
    {
        await using var capture = await Capture.CreateAsync(
            servers,
            server,
            """
            CREATE TABLE small (id int PRIMARY KEY); CREATE TABLE large (id int PRIMARY KEY, note text);
            CREATE TABLE whole (id int PRIMARY KEY, note text); ALTER TABLE whole REPLICA IDENTITY FULL;
            CREATE TABLE parted (id int PRIMARY KEY, note text) PARTITION BY RANGE (id);
            CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (9);
            CREATE TABLE keyless (x int); ALTER TABLE keyless REPLICA IDENTITY FULL;
            """);
        var report = await PostgresPreflight.CheckAsync(capture.Options, Ct);
        Assert.Empty(report.Problems);
        Assert.Equal(
            ["public.keyless", "public.large", "public.parted", "tapline.signals"],
            report.Advice.Select(static a => a.Message.Split(' ')[0]));
        Assert.EndsWith("ALTER TABLE \"public\".\"large\" REPLICA IDENTITY FULL;", report.Advice[1].Hint);
        await capture.ExecuteAsync(
            """
            CREATE TABLE elsewhere (id int PRIMARY KEY, n int NOT NULL UNIQUE);
            ALTER TABLE elsewhere REPLICA IDENTITY USING INDEX elsewhere_n_key
            """);
        var refused = Assert.Single((await PostgresPreflight.CheckAsync(capture.Options, Ct)).Problems);
        Assert.Contains("has an index as its replica identity", refused.Message);
        Assert.Equal("Run ALTER TABLE \"public\".\"elsewhere\" REPLICA IDENTITY DEFAULT;", refused.Hint);
    }

    const string Generated =
        "CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED); INSERT INTO t VALUES (1)";

    static async Task InsertAsync(Capture capture)
    {
        capture.Start();
        await capture.CatchUpAsync();
        await capture.ExecuteAsync("INSERT INTO t VALUES (2)");
        await capture.CatchUpAsync();
    }
}
