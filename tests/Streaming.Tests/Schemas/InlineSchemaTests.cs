using System.Text;
using System.Text.Json;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Schemas;

namespace Tapline.Streaming.Tests.Schemas;

/// <summary>What the schemas say that records carry.</summary>
public sealed class InlineSchemaTests
{
    static readonly TableId Table = new("app", "t");

    [Theory]
    [InlineData("""{"type":"int16"}""", "smallint", ColumnType.Int16)]
    [InlineData("""{"type":"int64"}""", "bigint", ColumnType.Int64)]
    [InlineData("""{"type":"string"}""", "text", ColumnType.String)]
    [InlineData("""{"type":"bytes"}""", "bytea", ColumnType.Binary)]
    [InlineData("""{"type":"double"}""", "double precision", ColumnType.Float64)]
    [InlineData(
        """
        {"type":"bytes","name":"org.apache.kafka.connect.data.Decimal",
        "parameters":{"scale":"2","connect.decimal.precision":"12"}}
        """, "numeric(12,2)", ColumnType.Decimal)]
    [InlineData(
        """
        {"type":"bytes","name":"org.apache.kafka.connect.data.Decimal",
        "parameters":{"scale":"2046","connect.decimal.precision":"5"}}
        """, "numeric(5,-2)", ColumnType.String)]
    [InlineData(
        """{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}}""",
        "money", ColumnType.Decimal)]
    [InlineData("""{"type":"struct","name":"io.debezium.data.VariableScaleDecimal"}""", "numeric", ColumnType.String)]
    [InlineData("""{"type":"int32","name":"io.debezium.time.Date"}""", "date", ColumnType.Date)]
    [InlineData(
        """{"type":"int64","name":"io.debezium.time.MicroTimestamp"}""",
        "timestamp without time zone", ColumnType.Timestamp)]
    [InlineData(
        """{"type":"string","name":"io.debezium.time.ZonedTimestamp"}""",
        "timestamp with time zone", ColumnType.Timestamp)]
    [InlineData("""{"type":"int64","name":"io.debezium.time.MicroDuration"}""", "interval", ColumnType.String)]
    [InlineData(
        """{"type":"bytes","name":"io.debezium.data.Bits","parameters":{"length":"12"}}""",
        "bit varying(12)", ColumnType.Binary)]
    [InlineData(
        """{"type":"array","items":{"type":"int32","name":"io.debezium.time.Date"}}""", "date[]", ColumnType.String)]
    [InlineData(
        """{"type":"map","keys":{"type":"string"},"values":{"type":"string"}}""", "hstore", ColumnType.String)]
    [InlineData(
        """
        {"type":"array","items":{"type":"int64"},"parameters":{"__debezium.source.column.type":"_OID"}}
        """, "oid[]", ColumnType.String)]
    [InlineData(
        """
        {"type":"string","parameters":{"__debezium.source.column.type":"BPCHAR","__debezium.source.column.length":"5"}}
        """, "character(5)", ColumnType.String)]
    [InlineData(
        """
        {"type":"string","parameters":{"__debezium.source.column.type":"NUMERIC",
        "__debezium.source.column.length":"10","__debezium.source.column.scale":"2"}}
        """, "numeric(10,2)", ColumnType.Decimal)]
    public void A_field_is_the_column_that_its_meaning_says(string field, string sourceType, ColumnType type)
    {
        var column = Schema(field).Columns[1];
        Assert.Equal(("v", sourceType, type), (column.Name, column.SourceType, column.Type));
    }

    [Fact]
    public void A_field_of_another_spelling_than_the_tables_has_its_own()
    {
        var schema = Schema("""{"type":"int64","name":"io.debezium.time.NanoTimestamp"}""");

        Assert.Null(schema.Columns[0].Format);
        Assert.Equal(TimeMode.Nanoseconds, schema.Columns[1].Format!.Times);
        Assert.Equal(EventWriter.Debezium, schema.Format.Writer);
    }

    [Fact]
    public void Where_a_schema_does_not_say_the_type_it_is_open()
    {
        Assert.True(Schema("""{"type":"array","items":{"type":"int64"}}""").Columns[1].Format!.IsTypeOpen);
        Assert.Null(Schema("""{"type":"array","items":{"type":"int32"}}""").Columns[1].Format);
    }

    [Fact]
    public void Dates_of_the_mode_connect_are_known_by_their_name()
    {
        const string Items = """{"type":"int32","name":"org.apache.kafka.connect.data.Date"}""";

        var column = Schema("{\"type\":\"array\",\"items\":" + Items + "}").Columns[1];

        Assert.Equal(("date[]", TimeMode.Connect), (column.SourceType, column.Format!.Times));
    }

    [Fact]
    public void What_was_announced_says_what_a_string_is()
    {
        var announced = new TableSchema(
            Table, 1, [PostgresTypes.Column("v", "numeric(10,2)")], WireFormat.DebeziumDefault);

        var schema = InlineSchema.Table(Envelope("""{"type":"string"}"""), ["id"], Table, announced)!;

        Assert.Equal("numeric(10,2)", schema.Columns[1].SourceType);
        Assert.Equal(DecimalMode.String, schema.Columns[1].Format!.Decimals);
    }

    [Fact]
    public void The_key_has_the_order_of_its_own_schema()
    {
        var key = """
            {"schema":{"type":"struct","fields":[{"type":"int32","field":"v"},{"type":"int32","field":"id"}]},
            "payload":{"v":1,"id":2}}
            """;

        var names = InlineSchema.KeyColumns(Encoding.UTF8.GetBytes(key), isNull: false);
        var schema = InlineSchema.Table(Envelope("""{"type":"int32"}"""), names, Table, declared: null)!;

        Assert.Equal(["v", "id"], schema.KeyColumns.Select(static column => column.Name));
    }

    [Fact]
    public void A_row_without_its_envelope_is_told_from_the_fields_that_were_added()
    {
        var schema = InlineSchema.Table(
            Parsed("""
                {"type":"struct","fields":[{"type":"int32","field":"id"},{"type":"string","field":"__deleted"},
                {"type":"string","field":"meta_op"},{"type":"int64","field":"meta_lsn"}]}
                """),
            ["id"], Table, declared: null)!;

        Assert.Equal(["id"], schema.Columns.Select(static column => column.Name));
        Assert.Equal((EventForm.Flattened, "meta_"), (schema.Format.Form, schema.Format.AddedPrefix));
    }

    [Theory]
    [InlineData("""{"type":"struct","fields":[{"type":"int64","field":"ts_ms"}]}""")]
    [InlineData(
        """
        {"type":"struct","name":"io.debezium.connector.postgresql.MessageValue",
        "fields":[{"type":"string","field":"op"}]}
        """)]
    public void What_is_no_row_has_no_table(string schema) =>
        Assert.Null(InlineSchema.Table(Parsed(schema), [], Table, declared: null));

    [Theory]
    [InlineData("""{"type":"struct","fields":[{"field":"id"}]}""")]
    [InlineData("""{"type":"struct","fields":{}}""")]
    [InlineData("""{"fields":[]}""")]
    [InlineData("[]")]
    public void What_is_no_schema_is_refused(string schema) =>
        Assert.ThrowsAny<JsonException>(() => Parsed(schema));

    [Fact]
    public void A_type_that_nobody_knows_is_refused_by_name()
    {
        var refused = Assert.ThrowsAny<JsonException>(() => Schema("""{"type":"int128"}"""));
        Assert.Contains("v", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"op":"c","source":{"schema":"A b","table":"Täble"}}""", "A b", "Täble")]
    [InlineData("""{"source":{"schema":"public","table":"T\uffc3\uffa4ble"}}""", "public", "Täble")]
    [InlineData("""{"id":7,"__source_schema":"s","__table":"t"}""", "s", "t")]
    public void The_table_has_the_name_that_the_payload_says(string payload, string schema, string table) =>
        Assert.Equal(new TableId(schema, table), InlineSchema.TableOf(Encoding.UTF8.GetBytes(payload)));

    static TableSchema Schema(string field) => InlineSchema.Table(Envelope(field), ["id"], Table, declared: null)!;

    static ConnectSchema Envelope(string field) => Parsed(
        """
        {"type":"struct","fields":[{"type":"struct","field":"after","fields":[{"type":"int32","field":"id"},
        """ + field[..field.LastIndexOf('}')] + ",\"field\":\"v\"}" + """
        ]},{"type":"struct","field":"source"},{"type":"string","field":"op"}]}
        """);

    static ConnectSchema Parsed(string schema) => InlineSchema.Parse(
        Encoding.UTF8.GetBytes("{\"schema\":" + schema + ",\"payload\":null}"), out _)!;
}
