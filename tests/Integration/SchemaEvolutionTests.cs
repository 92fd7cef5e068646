using Npgsql;
using Tapline.Integration.Tests.Clients;

namespace Tapline.Integration.Tests;

/// <summary>A database that changes its tables while they are streamed, compared with the lake and with what another
/// reader of the lake sees.</summary>
public sealed class SchemaEvolutionTests
{
    const string Tables = """
        CREATE SCHEMA s;
        CREATE TYPE s.mood AS ENUM ('calm', 'glad');
        CREATE TABLE s.wide (id int PRIMARY KEY, a smallint, b real, c varchar(5), d numeric(10,2), e int);
        INSERT INTO s.wide SELECT n, n, (n + 0.3) / 7, 'c' || n, n / 4.0, n FROM generate_series(1, 200) AS n;
        CREATE TABLE s.narrow (id int PRIMARY KEY, a bigint, d numeric(12,4), f double precision);
        INSERT INTO s.narrow SELECT n, n, n / 4.0, n + 0.25 FROM generate_series(1, 200) AS n;
        CREATE TABLE s.other (id int PRIMARY KEY, n text, m s.mood);
        INSERT INTO s.other SELECT n, n::text, 'calm' FROM generate_series(1, 200) AS n;
        CREATE TABLE s.gone (id int PRIMARY KEY, x text, y int);
        INSERT INTO s.gone SELECT n, 'x' || n, n FROM generate_series(1, 200) AS n;
        CREATE TABLE s.keyed (id int PRIMARY KEY, x text);
        INSERT INTO s.keyed SELECT n, 'x' || n FROM generate_series(1, 200) AS n;
        """;

    // Each step changes columns, then rows; what it leaves alone must be right too.
    static readonly string[] Steps =
    [
        """
        ALTER TABLE s.wide ALTER a TYPE int, ALTER b TYPE double precision, ALTER c TYPE text,
            ALTER d TYPE numeric(14,4), ALTER e TYPE numeric(12,2);
        INSERT INTO s.wide VALUES (1001, 70000, 1.1, 'longer than before', 1234567890.1234, 7.25);
        UPDATE s.wide SET a = 100000 WHERE id < 20;
        """,
        "ALTER TABLE s.wide ALTER a TYPE bigint; INSERT INTO s.wide VALUES (1002, 5000000000, 2.2, 'y', 1, 1);",
        """
        ALTER TABLE s.narrow ALTER a TYPE int, ALTER d TYPE numeric(10,2), ALTER f TYPE real;
        INSERT INTO s.narrow VALUES (1001, 1, 1.25, 1.1);
        """,
        "ALTER TABLE s.other ALTER n TYPE int USING n::int; INSERT INTO s.other VALUES (1001, 7, 'calm');",
        "ALTER TABLE s.other ALTER n TYPE text; INSERT INTO s.other VALUES (1002, 'seven', 'calm');",
        "ALTER TYPE s.mood ADD VALUE 'cross'; INSERT INTO s.other VALUES (1003, 'x', 'calm');",
        "INSERT INTO s.other VALUES (1004, 'x', 'cross');",
        "ALTER TABLE s.gone DROP x; UPDATE s.gone SET y = -1 WHERE id < 10;",
        "ALTER TABLE s.gone ADD x text, ADD z int; UPDATE s.gone SET x = 'back', z = 3 WHERE id BETWEEN 5 AND 15;",
        """
        ALTER TABLE s.gone ALTER y SET DEFAULT 4, ALTER y SET NOT NULL;
        INSERT INTO s.gone (id) VALUES (1001);
        """,
        """
        ALTER TABLE s.gone ADD n int NOT NULL DEFAULT -5, ADD t text DEFAULT 'it''s, "so"', ADD b boolean DEFAULT true,
            ADD m numeric(10,2) DEFAULT 1.5, ADD w timestamptz DEFAULT '2026-05-04 03:02:01.5+02', ADD d date DEFAULT
            '2026-05-04', ADD f double precision DEFAULT 0.1, ADD p timestamp DEFAULT '2026-05-04 03:02:01';
        INSERT INTO s.gone (id, n) VALUES (1002, 6);
        """,
        "ALTER TABLE s.gone ADD k int DEFAULT 7; INSERT INTO s.gone (id) VALUES (1003);",
        "ALTER TABLE s.gone DROP k; UPDATE s.gone SET y = -2 WHERE id = 1;",
        "ALTER TABLE s.gone ADD k int DEFAULT 8; INSERT INTO s.gone (id) VALUES (1004);",
        "ALTER TABLE s.gone RENAME z TO zz; UPDATE s.gone SET zz = coalesce(zz, 0) + 1;",
        "ALTER TABLE s.keyed ALTER id TYPE bigint; INSERT INTO s.keyed VALUES (5000000000, 'far');",
        "UPDATE s.keyed SET x = 'new' WHERE id < 10; DELETE FROM s.keyed WHERE id > 190 AND id < 195;",
    ];

    [Fact]
    public async Task A_lake_follows_every_change_of_columns_while_it_is_streamed()
    {
        await using var postgres = await PostgresPipeline.StartAsync(Tables);
        await postgres.CatchUpAsync();
        foreach (var step in Steps)
        {
            await postgres.ExecuteAsync(step);
            await postgres.CatchUpAsync();
        }
        using var lake = await postgres.Pipeline.OpenLakeAsync();
        Assert.DoesNotContain(lake.Tables, static table => table.Layer == "quarantine");
        Assert.Equal(
            [["a", "widened", "smallint", "integer"], ["a", "widened", "integer", "bigint"]],
            SqlRows.Read(
                lake.Connection,
                "SELECT \"column\", change, old_type, new_type FROM schema_history WHERE \"table\" = 's.wide' "
                + "AND \"column\" = 'a' AND change <> 'created' ORDER BY commit_lsn, lsn"));

        await LakeJudges.CompareWithSourceAsync(postgres.ConnectionString, lake);
        await LakeJudges.CompareWithForeignReaderAsync(postgres.Pipeline.LakeFolder, lake);
    }

    [Fact]
    public async Task A_column_that_comes_between_the_look_at_the_tables_and_the_slot_is_copied()
    {
        NpgsqlConnection? writer = null;
        await using var postgres = await PostgresPipeline.StartAsync(
            "CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY); INSERT INTO s.t VALUES (1), (2);",
            async database =>
            {
                // A slot waits for the transactions that write when it is made.
                writer = await database.OpenConnectionAsync(TestPipeline.Ct);
                await using var begin = new NpgsqlCommand("BEGIN; SELECT pg_current_xact_id()", writer);
                await begin.ExecuteNonQueryAsync(TestPipeline.Ct);
            });
        await using (writer)
        {
            await postgres.WaitUntilAsync("SELECT count(*) = 1 FROM pg_replication_slots", "the slot is being made");
            await postgres.ExecuteAsync("ALTER TABLE s.t ADD n int; UPDATE s.t SET n = id * 10;");
            await using var commit = new NpgsqlCommand("COMMIT", writer!);
            await commit.ExecuteNonQueryAsync(TestPipeline.Ct);
        }
        await postgres.CatchUpAsync();

        Assert.Equal([["1", "10"], ["2", "20"]], await postgres.Pipeline.QueryAsync("SELECT * FROM s.t ORDER BY id"));
    }

    [Fact]
    public async Task A_table_that_is_renamed_goes_on_under_its_new_name()
    {
        await using var postgres = await PostgresPipeline.StartAsync("""
            CREATE SCHEMA s;
            CREATE TABLE s.before (id int PRIMARY KEY, x text);
            INSERT INTO s.before VALUES (1, 'one'), (2, 'two');
            """);
        await postgres.CatchUpAsync();
        await postgres.ExecuteAsync("ALTER TABLE s.before RENAME TO after; INSERT INTO s.after VALUES (3, 'three');");
        await postgres.CatchUpAsync();

        Assert.Equal(
            [["1", "one"], ["2", "two"]], await postgres.Pipeline.QueryAsync("SELECT * FROM s.before ORDER BY id"));
        Assert.Equal([["3", "three"]], await postgres.Pipeline.QueryAsync("SELECT * FROM s.after"));
    }
}
