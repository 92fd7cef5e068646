using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Tests.Delta.Foreign;

namespace Tapline.Lakehouse.Tests.Delta.Scan;

public sealed class TableScanTests : IDisposable
{
    const string ById = """{"delta.columnMapping.mode":"id"}""";
    const string ByName = """{"delta.columnMapping.mode":"name"}""";

    readonly ForeignTable _table = new();

    public void Dispose() => _table.Dispose();

    [Fact]
    public async Task Columns_may_have_the_names_of_virtual_ones()
    {
        _table.Commit(
            ForeignTable.Protocol(3, 7, "deletionVectors"),
            ForeignTable.Metadata(string.Join(",",
                ForeignTable.Field("file_row_number", "long"),
                ForeignTable.Field("file_index", "long"),
                ForeignTable.Field("filename", "string"))),
            _table.Add("a.parquet", Three("a"), deleted: [1]),
            _table.Add("b.parquet", Three("b")),
            _table.Add("c.parquet", Three("c"), deleted: [0, 2]));
        Assert.Equal(
            ["a0", "a2", "b0", "b1", "b2", "c1"],
            (await _table.RowsAsync()).Select(static row => row.Split('"')[^2]).Order());

        static string Three(string name) => "SELECT 7::BIGINT AS file_row_number, 9::BIGINT AS file_index, "
            + $"'{name}' || range AS filename FROM range(3)";
    }

    [Fact]
    public async Task Names_of_files_are_no_patterns()
    {
        _table.Commit(
            ForeignTable.Protocol(1, 2),
            ForeignTable.Metadata(ForeignTable.Field("i", "integer")),
            _table.Add("p=[b]/x*?.parquet", "SELECT 1::INTEGER AS i"));
        _table.Add("p=b/xyz.parquet", "SELECT 2::INTEGER AS i");
        Assert.Equal(["""{"i":1}"""], await _table.RowsAsync());
    }

    [Theory]
    [InlineData("byte", "-128", "-128")]
    [InlineData("short", "7", "7")]
    [InlineData("integer", "-2147483648", "-2147483648")]
    [InlineData("long", "9223372036854775807", "9223372036854775807")]
    [InlineData("float", "NaN", "\"NaN\"")]
    [InlineData("double", "-Infinity", "\"-Infinity\"")]
    [InlineData("double", "1.5E10", "15000000000")]
    [InlineData("decimal(12,2)", "1", "\"1.00\"")]
    [InlineData("decimal(38,18)", "1E-7", "\"0.000000100000000000\"")]
    [InlineData("boolean", "true", "true")]
    [InlineData("string", "a'b \\u0001ü", "\"a'b \\u0001ü\"")]
    [InlineData("string", "", "null")]
    [InlineData("binary", "ab\\u0001", "\"0x616201\"")]
    [InlineData("date", "-0044-03-15", "\"-0044-03-15\"")]
    [InlineData("timestamp", "2024-01-02T03:04:05.1234567+02:00", "\"2024-01-02T01:04:05.123456Z\"")]
    [InlineData("timestamp", "2024-01-02 03:04:05", "\"2024-01-02T03:04:05.000000Z\"")]
    [InlineData("timestamp_ntz", "2024-02-29 23:59:59.9", "\"2024-02-29T23:59:59.900000\"")]
    public async Task Partition_values_have_the_type_of_their_column(string type, string text, string value)
    {
        _table.Commit(
            ForeignTable.Protocol(3, 7, "timestampNtz"),
            ForeignTable.Metadata(ForeignTable.Field("p", type) + "," + ForeignTable.Field("i", "integer"), ["p"]),
            _table.Add("x.parquet", "SELECT 1::INTEGER AS i", partition: $"{{\"p\":\"{text}\"}}"),
            _table.Add("y.parquet", "SELECT 2::INTEGER AS i", partition: "{\"p\":null}"));
        Assert.Equal([$"{{\"p\":{value},\"i\":1}}", """{"p":null,"i":2}"""], (await _table.RowsAsync()).OrderBy(
            static row => row[^2]));
    }

    [Theory]
    [InlineData("integer", "x")]
    [InlineData("short", "40000")]
    [InlineData("date", "2024-02-30")]
    [InlineData("timestamp", "yesterday")]
    [InlineData("boolean", "2")]
    public async Task A_partition_value_of_another_type_is_refused(string type, string text)
    {
        _table.Commit(
            ForeignTable.Protocol(1, 2),
            ForeignTable.Metadata(ForeignTable.Field("p", type) + "," + ForeignTable.Field("i", "integer"), ["p"]),
            _table.Add("x.parquet", "SELECT 1::INTEGER AS i", partition: $"{{\"p\":\"{text}\"}}"));
        var refused = await Assert.ThrowsAsync<DeltaFormatException>(_table.RowsAsync);
        Assert.DoesNotContain(text, refused.Message.Replace("x.parquet", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mapped_names_are_found_at_every_depth()
    {
        var inner = "{\"type\":\"struct\",\"fields\":["
            + ForeignTable.Field("x", "long", ForeignTable.Mapped(3, "p3")) + ","
            + ForeignTable.Field("new", "string", ForeignTable.Mapped(4, "p4")) + "]}";
        var list = $"{{\"type\":\"array\",\"elementType\":{inner},\"containsNull\":true}}";
        var map = $"{{\"type\":\"map\",\"keyType\":\"string\",\"valueType\":{list},\"valueContainsNull\":true}}";
        _table.Commit(
            ForeignTable.Protocol(2, 5),
            ForeignTable.Metadata(
                ForeignTable.Field("m", map, ForeignTable.Mapped(1, "p1")) + ","
                + ForeignTable.Field("s", inner, ForeignTable.Mapped(2, "p2")), properties: ByName),
            _table.Add("a.parquet", "SELECT MAP {'k': [{'p3': 1::INTEGER}, NULL]} AS p1, {'p3': 2::INTEGER} AS p2"),
            _table.Add("b.parquet",
                "SELECT NULL::MAP(VARCHAR, STRUCT(p3 BIGINT)[]) AS p1, NULL::STRUCT(p4 VARCHAR, p3 BIGINT) AS p2"));
        Assert.Equal(
            [
                """{"m":[["k",[{"x":1,"new":null},null]]],"s":{"x":2,"new":null}}""",
                """{"m":null,"s":null}""",
            ],
            await _table.RowsAsync());
    }

    [Fact]
    public async Task Columns_are_found_by_id_whatever_files_call_them()
    {
        _table.Commit(
            ForeignTable.Protocol(2, 5),
            ForeignTable.Metadata(
                ForeignTable.Field("a", "long", ForeignTable.Mapped(1, "p1")) + ","
                + ForeignTable.Field("b", "string", ForeignTable.Mapped(2, "p2")), properties: ById),
            _table.Add("a.parquet", "SELECT 'x' AS p1, 5::INTEGER AS other", ", FIELD_IDS {p1: 2, other: 1}"));
        Assert.Equal(["""{"a":5,"b":"x"}"""], await _table.RowsAsync());
    }

    [Fact]
    public async Task Narrower_files_are_widened()
    {
        _table.Commit(
            ForeignTable.Protocol(3, 7, "typeWidening", "timestampNtz"),
            ForeignTable.Metadata(string.Join(",",
                ForeignTable.Field("a", "long"), ForeignTable.Field("b", "double"), ForeignTable.Field("c", "double"),
                ForeignTable.Field("d", "timestamp_ntz"), ForeignTable.Field("e", "decimal(12,3)"),
                ForeignTable.Field("f", "decimal(10,0)"), ForeignTable.Field("g", "string"))),
            _table.Add("a.parquet", """
                SELECT 1::TINYINT AS a, 0.1::FLOAT AS b, 3::INTEGER AS c, DATE '2024-02-29' AS d,
                    1.5::DECIMAL(4,1) AS e, 7::SMALLINT AS f
                """));
        Assert.Equal(
            ["{\"a\":1,\"b\":0.10000000149011612,\"c\":3,\"d\":\"2024-02-29T00:00:00.000000\",\"e\":\"1.500\","
                + "\"f\":\"7\",\"g\":null}"],
            await _table.RowsAsync());
    }

    [Fact]
    public async Task A_file_of_another_size_is_named()
    {
        var add = _table.Add("a.parquet", "SELECT 1::INTEGER AS i");
        add["add"]!["size"] = 7;
        _table.Commit(ForeignTable.Protocol(1, 2), ForeignTable.Metadata(ForeignTable.Field("i", "integer")), add);
        var damaged = await Assert.ThrowsAsync<DeltaFormatException>(_table.RowsAsync);
        Assert.StartsWith("a.parquet: a file of 7 bytes wanted", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_that_is_not_known_is_refused_by_name()
    {
        _table.Commit(ForeignTable.Protocol(1, 2), ForeignTable.Metadata(ForeignTable.Field("i", "complex")));
        var refused = await Assert.ThrowsAsync<DeltaUnsupportedException>(_table.RowsAsync);
        Assert.Equal(["type complex"], refused.Features);
    }
}
