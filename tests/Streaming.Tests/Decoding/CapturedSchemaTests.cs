using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Schemas;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>Captures whose records carry their schemas need nothing else to be read.</summary>
public sealed class CapturedSchemaTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("c01_default_schemas_on.jsonl")]
    [InlineData("c03_str_iso_schemas_on.jsonl")]
    [InlineData("c05_atm_b64url_srctype.jsonl")]
    [InlineData("e1_default_on.jsonl")]
    [InlineData("toast1_default_on.jsonl")]
    [InlineData("v27_default_schemas_on.jsonl")]
    public void Every_record_is_decoded_under_the_schema_it_carries(string file)
    {
        var pairs = new Dictionary<string, DecoderPair>();
        var (rows, refused) = (0, new List<string>());
        foreach (var record in Captures.Records(file))
        {
            if (record.Value is null || !InlineSchema.IsCarriedBy(record.Value))
                continue;
            var schema = InlineSchema.Parse(record.Value, out var payload);
            var text = Encoding.UTF8.GetString(record.Value.AsSpan(0, payload));
            var prefix = $"{record.Topic} {record.Key is null} {text}";
            if (!pairs.TryGetValue(prefix, out var pair))
            {
                var key = InlineSchema.KeyColumns(record.Key, record.Key is null);
                var id = InlineSchema.TableOf(record.Value.AsSpan()[payload..^1]) ?? new TableId("", record.Topic);
                if (InlineSchema.Table(schema!, key, id, declared: null) is not { } table)
                    continue;
                pairs.Add(prefix, pair = new DecoderPair(table));
            }
            pair.Hints = new EventHints(
                record.Headers.Any(static header => header.Name == "__debezium.oldkey"), null);
            var result = pair.Decode(record.Key, record.Value);
            rows += result.Status == DecodeStatus.Row ? 1 : 0;
            if (result.Status == DecodeStatus.Rejected)
                refused.Add($"{record.Line} {record.Topic} {result.Reason}");
        }
        var deferred = pairs.Values.Sum(static pair => pair.DeferredCount);
        output.WriteLine($"{rows} rows, {deferred} left to the plain decoder");
        // The largest timestamps of the database are beyond 64 bits of microseconds since 1970.
        Assert.Equal(
            file != "e1_default_on.jsonl"
                ? []
                :
                [
                    "42 saas.types_edge.e_ts ValueOutOfRange",
                    "50 saas.types_edge.e_ts3 ValueOutOfRange", "58 saas.types_edge.e_tstz ValueOutOfRange",
                    "73 saas.types_edge.e_ts ValueOutOfRange",
                    "81 saas.types_edge.e_ts3 ValueOutOfRange", "89 saas.types_edge.e_tstz ValueOutOfRange",
                ],
            refused);
        Assert.True(rows > 0);
    }

    [Fact]
    public void The_values_are_those_of_the_same_events_without_schemas()
    {
        var tables = Captures.Tables("db_final.json", "saas", WireFormat.DebeziumDefault);
        var plain = Captures.Records("c02_default_schemas_off.jsonl")
            .Where(static record => record.Value is not null).ToList();
        var compared = 0;
        foreach (var (carrying, bare) in Captures.Records("c01_default_schemas_on.jsonl")
            .Where(static record => record.Value is not null).Zip(plain))
        {
            Assert.Equal(bare.Topic, carrying.Topic);
            if (!tables.TryGetValue(bare.Topic, out var table) || !InlineSchema.IsCarriedBy(carrying.Value))
                continue;
            var schema = InlineSchema.Table(
                InlineSchema.Parse(carrying.Value, out _)!,
                InlineSchema.KeyColumns(carrying.Key, carrying.Key is null),
                table.Schema.Table,
                declared: table.Schema)!;
            var (wanted, found) = (new DecoderPair(table.Schema), new DecoderPair(schema));
            if (wanted.Decode(bare.Key, bare.Value).Status != DecodeStatus.Row)
                continue;
            Assert.Equal(DecodeStatus.Row, found.Decode(carrying.Key, carrying.Value).Status);
            compared += Compare(table.Schema, wanted.Rows, schema, found.Rows, carrying);
        }
        Assert.True(compared > 2000, $"{compared} values compared");
    }

    static int Compare(
        TableSchema wantedSchema, ChangeRows wanted, TableSchema foundSchema, ChangeRows found, CapturedRecord record)
    {
        var compared = 0;
        for (var i = 0; i < foundSchema.Columns.Length; i++)
        {
            var at = wantedSchema.IndexOf(foundSchema.Columns[i].Name);
            // A domain is announced by its own name: what it is over only the carried schema says.
            if (at < 0 || wantedSchema.Columns[at].Type != foundSchema.Columns[i].Type)
                continue;
            compared++;
            Assert.Equal(
                (record.ToString(), wantedSchema.Columns[at].Name,
                    CellText.Of(wantedSchema.Columns[at], wanted.Values.Columns[at], 0)),
                (record.ToString(), foundSchema.Columns[i].Name,
                    CellText.Of(wantedSchema.Columns[at], found.Values.Columns[i], 0)));
        }
        return compared;
    }
}
