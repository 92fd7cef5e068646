using Npgsql;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Verification;

namespace Tapline.Cli.Tests.Serving;

public sealed class LakeVerifierTests(PostgresFixture postgres)
{
    const int Rows = 25_000;

    static readonly TableSchema Schema = new(
        new TableId("public", "Odd \"name\""),
        1,
        [
            PostgresTypes.Column("id", "bigint", nullable: false, keyOrdinal: 0),
            PostgresTypes.Column("name", "text"),
            PostgresTypes.Column("amount", "numeric(12,2)"),
            PostgresTypes.Column("rate", "double precision"),
            PostgresTypes.Column("tags", "text[]"),
        ],
        WireFormat.Tapline);

    [Fact]
    public async Task Equal_tables_are_proven_by_one_checksum_scan_a_side()
    {
        var (outcome, statements) = await VerifyAsync("");
        Assert.True(outcome.IsEqual, string.Join('\n', outcome.Differences));
        Assert.Equal(Rows, outcome.SourceRows);
        Assert.Equal(Rows, outcome.LakeRows);
        Assert.Equal(3, statements);
    }

    [Fact]
    public async Task Every_kind_of_difference_is_named_by_key_and_columns()
    {
        var (outcome, _) = await VerifyAsync(
            """
            DELETE FROM lake WHERE id = 17;
            INSERT INTO lake VALUES (99999, 'extra', NULL, NULL, NULL);
            UPDATE lake SET name = NULL WHERE id = 24000;
            UPDATE lake SET amount = amount + 0.01, rate = -rate WHERE id = 3;
            UPDATE lake SET tags = '["a","c"]' WHERE id = 4;
            """);
        Assert.False(outcome.IsEqual);
        Assert.Equal(
            [
                "17 MissingInLake ", "24000 Differs name", "3 Differs amount,rate", "4 Differs tags",
                "99999 ExtraInLake ",
            ],
            outcome.Differences
                .Select(static row => $"{row.Key[0]} {row.Kind} {string.Join(',', row.Columns)}")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Json_that_is_only_spelled_differently_is_no_difference()
    {
        var (outcome, statements) = await VerifyAsync(
            """UPDATE lake SET tags = '[ "a", "b\u0062" ]' WHERE id % 2 = 0""");
        Assert.True(outcome.IsEqual, string.Join('\n', outcome.Differences));
        Assert.True(statements > 3);
    }

    [Fact]
    public async Task A_swap_of_two_rows_values_is_seen()
    {
        var (outcome, _) = await VerifyAsync(
            "UPDATE lake SET name = CASE id WHEN 5 THEN 'name 6' ELSE 'name 5' END WHERE id IN (5, 6)");
        Assert.Equal(2, outcome.Differences.Length);
    }

    [Fact]
    public async Task The_search_stops_at_the_limit_and_says_so()
    {
        var (outcome, _) = await VerifyAsync("UPDATE lake SET amount = 0.33");
        Assert.Equal(100, outcome.Differences.Length);
        Assert.True(outcome.MoreDifferences);
        Assert.False(outcome.IsEqual);
    }

    [Fact]
    public async Task A_table_without_a_key_is_compared_as_a_bag_of_rows()
    {
        var keyless = Schema with
        {
            Columns = [.. Schema.Columns.Select(static column => column with { KeyOrdinal = -1 })],
        };
        var (same, _) = await VerifyAsync("", keyless);
        Assert.True(same.IsEqual);
        var (doubled, _) = await VerifyAsync("INSERT INTO lake SELECT * FROM lake WHERE id = 9", keyless);
        var extra = Assert.Single(doubled.Differences);
        Assert.Equal(DifferenceKind.ExtraInLake, extra.Kind);
        Assert.Equal("9", extra.Key[0]);
    }

    async Task<(TableVerification Outcome, int Statements)> VerifyAsync(string changeInLake, TableSchema? schema = null)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var connection = await postgres.ConnectAsync(ct);
        await using (var fill = new NpgsqlCommand(
            $"""
            CREATE TEMP TABLE {SqlText.Identifier(Schema.Table.Name)} AS
            SELECT i::bigint AS id, 'name ' || i AS name, (i / 100.0)::numeric(12,2) AS amount,
            CASE WHEN i % 5 > 0 THEN i / 7.0::float8 END AS rate, ARRAY['a', 'bb'] AS tags
            FROM generate_series(1, {Rows}) AS g(i)
            """,
            connection))
            await fill.ExecuteNonQueryAsync(ct);
        using var database = DuckDbDatabase.Open();
        using var duck = database.Connect();
        duck.Execute(
            $"""
            CREATE TABLE lake AS SELECT i AS id, 'name ' || i AS name, (i / 100)::DECIMAL(12,2) AS amount,
            CASE WHEN i % 5 > 0 THEN i / 7::DOUBLE END AS rate, '["a","bb"]' AS tags FROM range(1, {Rows + 1}) AS g(i);
            {changeInLake}
            """);
        var source = new NpgsqlSource(connection);
        var temporary = (schema ?? Schema) with { Table = new TableId("pg_temp", "Odd \"name\"") };
        var outcome = await new LakeVerifier(duck, source).VerifyAsync(temporary, "lake", ct);
        return (outcome, source.Statements.Count);
    }
}
