using System.Text;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Tests.Schemas;

public sealed class SchemaRecordTests
{
    [Fact]
    public void A_schema_is_read_as_it_was_written()
    {
        var format = WireFormat.DebeziumDefault with
        {
            Form = EventForm.Flattened, AddedPrefix = "meta_", UnavailablePlaceholder = "hex:00",
        };
        var schema = new TableSchema(
            new TableId("app", "t"), 3,
            [
                PostgresTypes.Column("id", "bigint", nullable: false, keyOrdinal: 0),
                PostgresTypes.Column("at", "timestamp(3) without time zone") with
                {
                    Format = format with { Times = TimeMode.Connect },
                },
            ],
            format);

        var read = SchemaRecord.Parse(SchemaRecord.Value(schema));

        Assert.True(schema.SameShape(read));
        Assert.Equal(3, read.Version);
    }

    [Fact]
    public void A_record_from_before_lacks_what_came_later()
    {
        var record =
            """
            {"schema":"app","table":"t","version":1,"columns":[{"name":"id","type":"bigint","nullable":false,"key":0}],
            "format":{"decimals":"String","times":"IsoString","binary":"Bytes","unavailable":"x"}}
            """;

        var read = SchemaRecord.Parse(Encoding.UTF8.GetBytes(record));

        Assert.Equal(WireFormat.Tapline with { UnavailablePlaceholder = "x" }, read.Format);
        Assert.Null(read.Columns[0].Format);
    }
}
