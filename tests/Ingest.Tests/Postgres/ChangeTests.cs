using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tapline.Contracts.Log;
using Tapline.TestKit;

namespace Tapline.Ingest.Tests.Postgres;

public sealed class ChangeTests(PostgresServers servers)
{
    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task A_changed_key_is_a_delete_a_tombstone_and_a_create(string server)
    {
        await using var capture = await Capture.CreateAsync(
            servers,
            server,
            "CREATE TABLE t (a int, b text, note text, PRIMARY KEY (b, a)); INSERT INTO t VALUES (1, 'x', 'n')");
        await StreamAsync(capture, "UPDATE t SET a = 2");

        var records = await capture.RecordsAsync("public.t");
        Assert.Equal(
            ["""{"b":"x","a":1}""", """{"b":"x","a":1}""", """{"b":"x","a":1}""", """{"b":"x","a":2}"""],
            records.Select(static r => r.Key));
        Assert.Equal(["r", "d", null, "c"], records.Select(static r => (string?)r.Value?["op"]));
        Assert.Equal("""{"a":1,"b":"x","note":null}""", records[1].Before!.ToJsonString());
        Assert.Equal(records[1].Position, records[3].Position);
        Assert.Equal("""{"b":"x","a":2}""", records[1].Headers["__debezium.newkey"]);
        Assert.Equal("""{"b":"x","a":2}""", records[2].Headers["__debezium.newkey"]);
        Assert.Equal("""{"b":"x","a":1}""", records[3].Headers["__debezium.oldkey"]);
        await Replay.AssertEqualsSourceAsync(capture, "public.t");
    }

    [Fact]
    public async Task Keys_swapped_in_one_transaction_end_up_swapped()
    {
        await using var capture = await Capture.CreateAsync(
            servers,
            "embedded",
            "CREATE TABLE t (id int PRIMARY KEY, n text); INSERT INTO t VALUES (1, 'one'), (2, 'two')");
        await StreamAsync(
            capture,
            "UPDATE t SET id = -1 WHERE id = 1; UPDATE t SET id = 1 WHERE id = 2; UPDATE t SET id = 2 WHERE id = -1");
        Assert.Equal(11, (await capture.RecordsAsync("public.t")).Count);
        await Replay.AssertEqualsSourceAsync(capture, "public.t");
    }

    [Fact]
    public async Task A_truncate_reaches_every_partition_of_every_table_once()
    {
        await using var capture = await Capture.CreateAsync(
            servers,
            "embedded",
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); "
            + "INSERT INTO a SELECT generate_series(1, 20)");
        capture.Options = capture.Options with { Partitions = 3 };
        await StreamAsync(capture, "TRUNCATE a, b", "INSERT INTO a VALUES (7)");
        var records = await capture.RecordsAsync("public.a");
        var truncates = records.Where(static r => r.Op == "t").ToList();
        Assert.Equal([0, 1, 2], truncates.Select(static r => r.Partition));
        Assert.All(truncates, static r => Assert.Null(r.Key));
        Assert.Equal(3, (await capture.RecordsAsync("public.b")).Count);
        foreach (var keyed in records.Where(static r => r.Key is not null).GroupBy(static r => r.Key))
            Assert.Single(keyed.Select(static r => r.Partition).Distinct());
    }

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task An_unchanged_value_out_of_line_is_a_placeholder_or_comes_from_the_old_row(string server)
    {
        const string columns =
            "(id int PRIMARY KEY, n int, note text, data bytea, tags text[], doc jsonb, amount numeric)";
        var storage = string.Concat(
            from table in (string[])["narrow", "whole"]
            from column in (string[])["note", "data", "tags", "doc", "amount"]
            select $"ALTER TABLE {table} ALTER {column} SET STORAGE EXTERNAL;");
        var values = string.Concat(((string[])["narrow", "whole"]).Select(static table =>
            $"""
            INSERT INTO {table} SELECT 1, 1, repeat('x', 5000), convert_to(repeat('x', 5000), 'UTF8'),
              ARRAY[repeat('x', 5000)], to_jsonb(repeat('x', 5000)), repeat('9', 9000)::numeric;
            """));
        await using var capture = await Capture.CreateAsync(
            servers,
            server,
            $"CREATE TABLE narrow {columns}; CREATE TABLE whole {columns};"
            + $"ALTER TABLE whole REPLICA IDENTITY FULL; {storage} {values}");
        await StreamAsync(capture, "UPDATE narrow SET n = 2; UPDATE whole SET n = 2", "UPDATE whole SET id = 2");

        var narrow = (await capture.RecordsAsync("public.narrow"))[1].After!;
        Assert.Equal("__debezium_unavailable_value", (string?)narrow["note"]);
        Assert.Equal("X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==", (string?)narrow["data"]);
        Assert.Equal("""["__debezium_unavailable_value"]""", narrow["tags"]!.ToJsonString());
        Assert.Equal("__debezium_unavailable_value", (string?)narrow["doc"]);
        Assert.Equal("__debezium_unavailable_value", (string?)narrow["amount"]);
        var whole = await capture.RecordsAsync("public.whole");
        Assert.Equal("u", whole[1].Op);
        Assert.Equal(new string('x', 5000), (string?)whole[1].After!["note"]);
        Assert.Equal(new string('x', 5000), (string?)whole[1].Before!["note"]);
        Assert.Equal("c", whole[4].Op);
        Assert.DoesNotContain("unavailable", whole[4].After!.ToJsonString());
    }

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task A_column_added_in_the_stream_makes_a_new_schema_version_before_its_first_row(string server)
    {
        await using var capture = await Capture.CreateAsync(
            servers, server, "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        await StreamAsync(
            capture,
            "INSERT INTO t VALUES (2)",
            "ALTER TABLE t ADD extra numeric(6,2); INSERT INTO t VALUES (3, 1.5)",
            "ALTER TABLE t DROP extra; INSERT INTO t VALUES (4)");
        var records = await capture.RecordsAsync("public.t");
        Assert.Equal(["1", "1", "2", "1"], records.Select(static r => r.Headers["tapline.schema"]));
        Assert.Equal("""{"id":3,"extra":"1.50"}""", records[2].After!.ToJsonString());
        var schemas = await LogRecord.ReadAsync(
            capture.Log, TopicNames.Schemas(Capture.Prefix), TestContext.Current.CancellationToken);
        Assert.Equal(2, schemas.Count);
        Assert.Equal("numeric(6,2)", (string?)schemas[1].Value!["columns"]![1]!["type"]);
        Assert.Equal(0, (int)schemas[1].Value!["columns"]![0]!["key"]!);

        // A restart publishes no shape again.
        await capture.StopAsync();
        capture.Start();
        await capture.ExecuteAsync("INSERT INTO t VALUES (5)");
        await capture.CatchUpAsync();
        Assert.Equal("1", (await capture.RecordsAsync("public.t"))[^1].Headers["tapline.schema"]);
    }

    [Fact]
    public async Task Rows_of_a_table_without_key_have_null_keys_and_stay_in_one_partition()
    {
        await using var capture = await Capture.CreateAsync(
            servers,
            "embedded",
            "CREATE TABLE t (a int, b text); ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t VALUES (1, 'x')");
        capture.Options = capture.Options with { Partitions = 4 };
        await StreamAsync(
            capture,
            "INSERT INTO t VALUES (2, 'y'), (2, 'y')",
            "UPDATE t SET a = 3",
            "DELETE FROM t WHERE b = 'x'");
        var records = await capture.RecordsAsync("public.t");
        Assert.Equal(["r", "c", "c", "u", "u", "u", "d"], records.Select(static r => r.Op));
        Assert.All(records, static r => Assert.Equal((null, 0), (r.Key, r.Partition)));
        Assert.Equal("""{"a":3,"b":"x"}""", records[^1].Before!.ToJsonString());
    }

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task A_partitioned_table_is_one_topic(string server)
    {
        await using var capture = await Capture.CreateAsync(
            servers,
            server,
            """
            CREATE TABLE t (id int, day int, n int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
            CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
            CREATE TABLE t2 (n int, day int NOT NULL, id int NOT NULL);
            ALTER TABLE t ATTACH PARTITION t2 FOR VALUES FROM (10) TO (20);
            INSERT INTO t SELECT i, i % 20, i FROM generate_series(1, 100) i;
            """);
        await StreamAsync(capture, "UPDATE t SET n = -n WHERE id < 10", "UPDATE t SET day = 15 WHERE day = 3");
        Assert.Empty(await capture.RecordsAsync("public.t1"));
        await Replay.AssertEqualsSourceAsync(capture, "t".Insert(0, "public."));
    }

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task Copied_and_streamed_values_of_all_types_are_the_same(string server)
    {
        await using var capture = await Capture.CreateAsync(
            servers, server, AllTypes + "INSERT INTO t SELECT 1, " + AllValues);
        await StreamAsync(capture, "INSERT INTO t SELECT 2, " + AllValues);
        var records = await capture.RecordsAsync("public.t");
        var (copied, streamed) = (records[0].After!.AsObject(), records[1].After!.AsObject());
        copied.Remove("id");
        streamed.Remove("id");
        Assert.Equal(copied.ToJsonString(), streamed.ToJsonString());
        Assert.Equal(
            """
            {"b":true,"i2":-3,"i8":9223372036854775807,"f4":1.5,"f8":0.1,"nan":"NaN","n":"19.90","m":"-1234.56",
            "c":"ab   ","t":"q\u0022\\\n€","j":"{\u0022k\u0022:  1}","jb":"{\u0022k\u0022: 1}",
            "u":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11","d":"2026-05-04Z","ti":"10:20:30.123456Z",
            "tz":"08:20:30Z","ts":"2026-05-04T10:20:30.12Z","tstz":"2026-05-04T08:20:30.120000Z",
            "tstz0":"2026-05-04T08:20:30Z","iv":"P1Y2M3DT4H5M6.789012S","by":"AP8=","bt":"gQ==","ia":[1,null,3],
            "ta":["a","b \u0022q\u0022",null],"e":"pro","ip":"10.0.0.0/8","r":"[1,5)","am":"1.250","o":42}
            """.ReplaceLineEndings(""),
            Regex.Replace(copied.ToJsonString(), "\\\\u20AC", "€"));
    }

    [Fact]
    public async Task The_whole_bar_schema_streams()
    {
        var folder = SharedData.Folder();
        Assert.SkipUnless(folder is not null, "the domain's specification is not beside the repository");
        var text = await File.ReadAllTextAsync(
            Path.Combine(folder, "DOMAIN.md"), TestContext.Current.CancellationToken);
        var ddl = Regex.Match(
            text,
            "```sql\n(CREATE SCHEMA app;.*?)CREATE TABLE public.debezium_heartbeat",
            RegexOptions.Singleline);
        await using var capture = await Capture.CreateAsync(servers, "embedded", ddl.Groups[1].Value);
        capture.Options = capture.Options with { Tables = ["app.*", "billing.*", "marketing.*"] };
        await capture.ExecuteAsync(
            """
            INSERT INTO app.accounts VALUES (
              'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'Nord', 'active', 'chain', 'bar', 'DE', 'EU',
              'Europe/Berlin', NULL, false, '{"tier": 1}', now(), now(), NULL)
            """);
        await StreamAsync(
            capture,
            "UPDATE app.accounts SET name = 'Süd'",
            "INSERT INTO billing.plans VALUES ('p1', 'Starter', 1, 'month', 79.00, false, true, now(), now())");
        Assert.Equal(22, capture.Source!.Status.Tables.Length);
        var accounts = await capture.RecordsAsync("app.accounts");
        Assert.Equal(["r", "u"], accounts.Select(static r => r.Op));
        Assert.Equal("Nord", (string?)accounts[1].Before!["name"]);
        Assert.Equal("79.00", (string?)(await capture.RecordsAsync("billing.plans"))[0].After!["unit_amount"]);
    }

    [Fact]
    public async Task An_envelope_has_Debezium_s_fields_in_Debezium_s_order()
    {
        await using var capture = await Capture.CreateAsync(
            servers, "embedded", "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
        await StreamAsync(capture, "INSERT INTO t VALUES (2)");
        foreach (var record in await capture.RecordsAsync("public.t"))
        {
            Assert.Equal(
                ["before", "after", "source", "transaction", "op", "ts_ms", "ts_us", "ts_ns"], Names(record.Value!));
            Assert.Equal(
                ["version", "connector", "name", "ts_ms", "snapshot", "db", "sequence", "ts_us", "ts_ns", "schema",
                 "table", "txId", "lsn", "xmin", "origin", "origin_lsn"],
                Names(record.Value!["source"]!));
            Assert.Equal((long)record.Value["source"]!["lsn"]!, record.Position.Lsn);
        }
        var beats = await LogRecord.ReadAsync(
            capture.Log, TopicNames.Heartbeat(Capture.Prefix), TestContext.Current.CancellationToken);
        Assert.Equal("""{"serverName":"p"}""", beats[0].Key);
    }

    const string AllTypes =
        """
        CREATE TYPE plan AS ENUM ('free', 'pro'); CREATE DOMAIN amount AS numeric(8,3);
        CREATE TABLE t (id int PRIMARY KEY, b boolean, i2 smallint, i8 bigint, f4 real, f8 float8, nan float8,
          n numeric(10,2), m money, c char(5), t text, j json, jb jsonb, u uuid, d date, ti time, tz timetz,
          ts timestamp, tstz timestamptz, tstz0 timestamptz(0), iv interval, by bytea, bt bit(8), ia int[], ta text[],
          e plan, ip inet, r int4range, am amount, o oid, g int GENERATED ALWAYS AS (id + 1) STORED);
        """;

    const string AllValues =
        """
        true, -3, 9223372036854775807, 1.5, 0.1, 'NaN', 19.9, '-$1,234.56', 'ab', E'q"\\\n€', '{"k":  1}', '{"k":  1}',
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2026-05-04', '10:20:30.123456', '10:20:30+02',
        '2026-05-04 10:20:30.12', '2026-05-04 10:20:30.12+02', '2026-05-04 10:20:30.12+02',
        '1 year 2 mons 3 days 04:05:06.789012', '\x00ff', B'10000001',
        '{1,NULL,3}', '{a,"b \"q\"",NULL}', 'pro', '10.0.0.0/8', '[1,5)', 1.25, 42
        """;

    static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(static field => field.Key);

    static async Task StreamAsync(Capture capture, params string[] transactions)
    {
        capture.Start();
        await capture.CatchUpAsync();
        foreach (var transaction in transactions)
            await capture.ExecuteAsync(transaction);
        await capture.CatchUpAsync();
    }
}
