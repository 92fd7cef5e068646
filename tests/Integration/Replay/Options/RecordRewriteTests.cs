using System.Text.Json.Nodes;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Tests.Decoding;

namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>What the tests make of a default connector's records is what a connector with those settings wrote of the
/// same changes.</summary>
public sealed class RecordRewriteTests
{
    // What a number of microseconds was before, and how many zeros a numeric ended in, only the database knows.
    static readonly string[] Unknowable =
        ["c_interval", "c_int_ds", "c_int_ym", "c_numeric", "period", "credit", "a_hstore"];

    [Fact]
    public void The_rows_are_those_of_a_connector_with_texts() => AssertSame(
        new ConnectorOptions
        {
            Decimals = "string",
            Times = "isostring",
            Binary = "base64",
            Intervals = "string",
            Hstores = "map",
        },
        "c03_str_iso_schemas_on.jsonl");

    [Fact]
    public void The_rows_are_those_of_a_connector_with_microseconds_and_safe_base64() => AssertSame(
        new ConnectorOptions { Times = "adaptive_time_microseconds", Binary = "base64-url-safe" },
        "c05_atm_b64url_srctype.jsonl");

    static void AssertSame(ConnectorOptions options, string file)
    {
        var wanted = Captures.Records(file).Where(IsChange).ToLookup(static record => record.Topic);
        var types = Captures.Tables("db_final.json", "saas", WireFormat.DebeziumDefault)
            .Where(table => wanted.Contains(table.Key))
            .ToDictionary(
                static table => table.Key,
                static IReadOnlyDictionary<string, string> (table) => table.Value.Schema.Columns.ToDictionary(
                    static column => column.Name, static column => column.SourceType));
        var found = new RecordRewrite(options, types).Of(Captures.Records("c01_default_schemas_on.jsonl"))
            .Where(IsChange).ToLookup(static record => record.Topic);
        foreach (var topic in types.Keys)
        {
            foreach (var (theirs, ours) in wanted[topic].Zip(found[topic]))
                AssertSameRow(theirs, ours);
        }
        Assert.True(types.Count >= 9);
    }

    static void AssertSameRow(CapturedRecord theirs, CapturedRecord ours)
    {
        var (wanted, found) = (Row(theirs), Row(ours));
        foreach (var (name, value) in wanted.Where(static field => !Unknowable.Contains(field.Key)))
        {
            Assert.True(
                JsonNode.DeepEquals(value, found[name]),
                $"{theirs} {name}: {value?.ToJsonString()} wanted, {found[name]?.ToJsonString()} found");
        }
    }

    static bool IsChange(CapturedRecord record) => record.Value is not null
        && CapturedJson.Object(record.Value)["payload"]!["after"] is JsonObject;

    static JsonObject Row(CapturedRecord record) =>
        CapturedJson.Object(record.Value!)["payload"]!["after"]!.AsObject();
}
