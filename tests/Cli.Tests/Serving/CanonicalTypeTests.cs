using System.Text;
using System.Text.Json;
using Npgsql;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Verification;

namespace Tapline.Cli.Tests.Serving;

/// <summary>A value in PostgreSQL and what the lake holds for it: both must show as the same text.</summary>
public sealed class CanonicalTypeTests(PostgresFixture postgres)
{
    const string Digits38 = "'9999999999999999999999999999.9999999999'";

    // source type, PostgreSQL literal, DuckDB expression of the lake's value
    public static TheoryData<string, string, string> Same => new()
    {
        { "boolean", "true", "true" },
        { "boolean", "false", "false" },
        { "bit(1)", "B'1'", "true" },
        { "bit(12)", "B'100000000011'", @"'\x03\x08'::BLOB" },
        { "bit(12)", "B'000000000000'", "''::BLOB" },
        { "bit(16)", "B'1010000000000000'", @"'\x00\xA0'::BLOB" },
        { "bit varying(20)", "B'00001'", @"'\x01'::BLOB" },
        { "bit varying", "B''", "''::BLOB" },
        { "smallint", "'-32768'", "-32768" },
        { "integer", "2147483647", "2147483647::INTEGER" },
        { "bigint", "'-9223372036854775808'", "-9223372036854775808" },
        { "oid", "4294967295", "4294967295::BIGINT" },
        { "real", "'0.1'", "0.1::FLOAT" },
        { "real", "'-0'", "'-0.0'::FLOAT" },
        { "real", "'1e-45'", "'1e-45'::FLOAT" },
        { "real", "'NaN'", "'nan'::FLOAT" },
        { "real", "'-Infinity'", "'-inf'::FLOAT" },
        { "double precision", "'0.1'", "0.1::DOUBLE" },
        { "double precision", "'1e23'", "1e23::DOUBLE" },
        { "double precision", "'5e-324'", "'5e-324'::DOUBLE" },
        { "double precision", "'1.7976931348623157e308'", "'1.7976931348623157e308'::DOUBLE" },
        { "double precision", "'NaN'", "'nan'::DOUBLE" },
        { "double precision", "'Infinity'", "'inf'::DOUBLE" },
        { "numeric(10,2)", "'0.5'", "0.5::DECIMAL(10,2)" },
        { "numeric(10,2)", "'-0.05'", "-0.05::DECIMAL(10,2)" },
        { "numeric(3,3)", "'0.999'", "0.999::DECIMAL(3,3)" },
        { "numeric(3,3)", "'-0.5'", "-0.5::DECIMAL(3,3)" },
        { "numeric(38,38)", "'-1e-38'", "'-0.00000000000000000000000000000000000001'::DECIMAL(38,38)" },
        { "numeric(5,0)", "'-12345'", "-12345::DECIMAL(5,0)" },
        { "numeric(38,10)", Digits38, Digits38 },
        { "numeric", "'1.500000'", "'1.500000'" },
        { "numeric", "'NaN'", "'NAN'" },
        { "numeric", "'-Infinity'", "'NEGATIVE_INFINITY'" },
        { "numeric(50,5)", "'1e40'", "'10000000000000000000000000000000000000000.00000'" },
        { "money", "'-1234.56'", "-1234.56::DECIMAL(19,2)" },
        { "money", "'92233720368547758.07'", "92233720368547758.07::DECIMAL(19,2)" },
        { "text", "''", "''" },
        { "text", "E'tab\\tline\\nö🍺\\u0001'", "'tab' || chr(9) || 'line' || chr(10) || 'ö🍺' || chr(1)" },
        { "character varying(10)", "'a  '", "'a  '" },
        { "character(5)", "'a'", "'a    '" },
        { "uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'" },
        { "json", "'{\"b\":1,  \"a\":[1, 2]}'", "'{\"b\":1,  \"a\":[1, 2]}'" },
        { "jsonb", "'{\"b\":1,\"a\":[1,2.50]}'", "'{\"a\": [1, 2.50], \"b\": 1}'" },
        { "inet", "'10.0.0.1/32'", "'10.0.0.1/32'" },
        { "bytea", @"'\x00ff10'", @"'\x00\xFF\x10'::BLOB" },
        { "bytea", "''", "''::BLOB" },
        { "date", "'2026-05-04'", "DATE '2026-05-04'" },
        { "date", "'0044-03-15 BC'", "DATE '1970-01-01' - 735160" },
        { "date", "'5874897-12-31'", "DATE '1970-01-01' + 2145042905" },
        { "date", "'infinity'", "'infinity'::DATE" },
        { "date", "'-infinity'", "'-infinity'::DATE" },
        { "timestamp without time zone", "'2026-05-04 10:20:30.123456'", "TIMESTAMPTZ '2026-05-04 10:20:30.123456Z'" },
        { "timestamp(0) without time zone", "'1969-12-31 23:59:59'", "TIMESTAMPTZ '1969-12-31 23:59:59Z'" },
        { "timestamp with time zone", "'2026-05-04 10:20:30.123456+02'", "TIMESTAMPTZ '2026-05-04 08:20:30.123456Z'" },
        { "timestamp with time zone", "'0001-01-01 00:00:00+00 BC'", "make_timestamptz(-62167219200000000)" },
        { "timestamp with time zone", "'infinity'", "'infinity'::TIMESTAMPTZ" },
        { "timestamp without time zone", "'-infinity'", "'-infinity'::TIMESTAMPTZ" },
        { "time without time zone", "'10:20:30.12'", "'10:20:30.12Z'" },
        { "time without time zone", "'24:00:00'", "'00:00:00Z'" },
        { "time(0) without time zone", "'10:20:30'", "'10:20:30Z'" },
        { "time with time zone", "'01:14:15.5+03:30'", "'21:44:15.5Z'" },
        { "interval", "'1 year 2 mons 3 days 04:05:06.789'", "'P1Y2M3DT4H5M6.789S'" },
        { "interval", "'-1 year -2 mons +3 days -04:05:06.5'", "'P-1Y-2M3DT-4H-5M-6.5S'" },
        { "interval", "'0'", "'P0Y0M0DT0H0M0S'" },
        { "interval", "'100 hours'", "'P0Y0M0DT100H0M0S'" },
        { "interval", "'-00:00:00.000001'", "'P0Y0M0DT0H0M-0.000001S'" },
        { "interval", "'infinity'", "'infinity'" },
        { "int4range", "'[1,5)'", "'[1,5)'" },
        { "text[]", "ARRAY['a', NULL, 'b\"c', '', 'ö']", "'[\"a\",null,\"b\\\"c\",\"\",\"ö\"]'" },
        { "text[]", "'{}'", "'[]'" },
        { "integer[]", "ARRAY[1, -2, NULL]", "'[1,-2,null]'" },
        { "integer[]", "'{{1,2},{3,4}}'", "'[[1,2],[3,4]]'" },
        { "boolean[]", "ARRAY[true, false]", "'[true,false]'" },
        { "numeric(10,2)[]", "ARRAY[1.5, 'NaN']", "'[\"1.50\",\"NAN\"]'" },
        { "double precision[]", "ARRAY[0.1, 'Infinity']::float8[]", "'[0.1,\"Infinity\"]'" },
        { "date[]", "ARRAY['2026-05-04'::date]", "'[\"2026-05-04Z\"]'" },
        { "timestamp with time zone[]", "'{2026-05-04 10:20:30.5+00}'", "'[\"2026-05-04T10:20:30.500000Z\"]'" },
        { "uuid[]", "'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'", "'[\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"]'" },
    };

    [Theory, MemberData(nameof(Same))]
    public async Task The_same_value_has_the_same_text_on_both_sides(string type, string source, string lake)
    {
        var (left, right, isJson) = await TextsAsync(type, source, lake);
        Assert.NotNull(left);
        if (isJson)
            JsonDocument.Parse(right!).Dispose();
        Assert.Equal(left, right);
    }

    [Fact]
    public async Task Null_is_null_for_every_type()
    {
        foreach (var type in Same.Select(static row => row.Data.Item1).Distinct())
            Assert.Equal((null, null), await NullTextsAsync(type));

        async Task<(string?, string?)> NullTextsAsync(string type)
        {
            var (source, lake, _) = await TextsAsync(type, "NULL", "NULL");
            return (source, lake);
        }
    }

    [Theory]
    [InlineData("double precision", "'-0'", "0::DOUBLE")]
    [InlineData("double precision", "'0.1'", "0.10000000000000002::DOUBLE")]
    [InlineData("text", "'a '", "'a'")]
    [InlineData("timestamp with time zone", "'2026-05-04 10:20:30.000001+00'", "TIMESTAMPTZ '2026-05-04 10:20:30Z'")]
    [InlineData("numeric(10,2)", "'NaN'", "NULL")]
    [InlineData("bit(12)", "B'100000000011'", @"'\x08\x03'::BLOB")]
    [InlineData("text[]", "ARRAY['a', 'b']", "'[\"b\",\"a\"]'")]
    public async Task Different_values_have_different_texts(string type, string source, string lake)
    {
        var (left, right, _) = await TextsAsync(type, source, lake);
        Assert.NotEqual(left, right);
    }

    async Task<(string? Source, string? Lake, bool IsJson)> TextsAsync(string type, string source, string lake)
    {
        var ct = TestContext.Current.CancellationToken;
        var column = PostgresTypes.Column("c", type);
        var canonical = CanonicalType.Of(column);
        await using var connection = await postgres.ConnectAsync(ct);
        var session = new NpgsqlSource(connection);
        await session.ReadAsync(VerifyQueries.SourceSettings, ct);
        var expression = canonical.Source.Replace("{0}", "t.c", StringComparison.Ordinal);
        var rows = await session.ReadAsync($"SELECT {expression} FROM (SELECT {source}::{type} AS c) AS t", ct);
        return (rows[0][0], InLake(column, canonical, lake), canonical.IsJson);
    }

    static string? InLake(ColumnSchema column, CanonicalType canonical, string lake)
    {
        using var database = DuckDbDatabase.Open();
        using var duck = database.Connect();
        FloatBits.Register(duck);
        var expression = canonical.Lake.Replace("{0}", "t.c", StringComparison.Ordinal);
        using var result = duck.Query($"SELECT {expression} FROM (SELECT ({lake})::{DuckDbType.Of(column)} AS c) AS t");
        using var chunk = result.NextChunk();
        var vector = chunk!.Column(0);
        return vector.IsNull(0) ? null : Encoding.UTF8.GetString(vector.Bytes(0));
    }
}
