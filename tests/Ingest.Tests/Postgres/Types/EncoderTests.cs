using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Types;
using Tapline.TestKit;

namespace Tapline.Ingest.Tests.Postgres.Types;

public sealed class EncoderTests
{
    // Where this source spells a value otherwise than Debezium, on purpose: it keeps what Debezium loses
    // (microseconds in arrays of times, inner dimensions, oidvector), leaves out its faults (2,046 zeros for a
    // negative scale), writes hstore as JSON text where the capture has maps, and points as text.
    static readonly HashSet<string> _deviations =
        ["c_num5m2", "a_time", "a_int2d", "a_hstore", "c_hstore", "h", "c_oidvec", "c_point", "c_geometry", "c_geompt",
         "c_geography", "c_vector", "c_halfvec", "c_sparse"];

    [Theory]
    [InlineData("date", "infinity", "\"+292278994-08-16Z\"")]
    [InlineData("date", "0044-03-15 BC", "\"-0043-03-15Z\"")]
    [InlineData("date", "0001-12-31 BC", "\"0000-12-31Z\"")]
    [InlineData("date", "10000-01-01", "\"+10000-01-01Z\"")]
    [InlineData("time without time zone", "24:00:00", "\"00:00:00Z\"")]
    [InlineData("time with time zone", "23:30:00.5-02", "\"01:30:00.5Z\"")]
    [InlineData("time with time zone", "00:30:00+05:45", "\"18:45:00Z\"")]
    [InlineData("time with time zone", "12:00:00+15:59:59", "\"20:00:01Z\"")]
    [InlineData("timestamp without time zone", "infinity", "\"+294247-01-10T04:00:25.2Z\"")]
    [InlineData("timestamp without time zone", "-infinity", "\"-290308-12-21T19:59:27.6Z\"")]
    [InlineData("timestamp without time zone", "0044-03-15 10:00:00 BC", "\"-0043-03-15T10:00:00Z\"")]
    [InlineData("timestamp with time zone", "-infinity", "\"-infinity\"")]
    [InlineData("timestamp with time zone", "2026-05-04 10:20:30+00", "\"2026-05-04T10:20:30.000000Z\"")]
    [InlineData("timestamp(0) with time zone", "2026-05-04 10:20:30+00", "\"2026-05-04T10:20:30Z\"")]
    [InlineData("timestamp(3) with time zone", "0001-01-01 00:00:00.5+00 BC", "\"0000-01-01T00:00:00.500Z\"")]
    [InlineData("interval", "00:00:00", "\"P0Y0M0DT0H0M0S\"")]
    [InlineData("interval", "-1 days +100:00:00.000001", "\"P0Y0M-1DT100H0M0.000001S\"")]
    [InlineData("interval", "infinity", "\"infinity\"")]
    [InlineData("numeric", "NaN", "\"NAN\"")]
    [InlineData("numeric", "Infinity", "\"POSITIVE_INFINITY\"")]
    [InlineData("numeric", "-Infinity", "\"NEGATIVE_INFINITY\"")]
    [InlineData("double precision", "-Infinity", "\"-Infinity\"")]
    [InlineData("double precision", "1e-07", "1e-07")]
    [InlineData("real", "-0", "-0")]
    [InlineData("money", "-$92,233,720,368,547,758.08", "\"-92233720368547758.08\"")]
    [InlineData("bit(1)", "0", "false")]
    [InlineData("bytea", "\\x", "\"\"")]
    [InlineData("integer[]", "[0:1]={1,NULL}", "[1,null]")]
    [InlineData("integer[]", "{{1,2},{3,NULL}}", "[[1,2],[3,null]]")]
    [InlineData("text[]", "{\"NULL\",NULL,\"a\\\\b\\\"c\"}", "[\"NULL\",null,\"a\\\\b\\\"c\"]")]
    [InlineData("hstore", "\"a\"=>\"x\\\"y\", \"b\"=>NULL", "\"{\\\"a\\\":\\\"x\\\\\\\"y\\\",\\\"b\\\":null}\"")]
    public void A_value_is_spelled_as_Debezium_spells_it(string type, string text, string json) =>
        Assert.Equal(json, Encode(type, text));

    [Theory]
    [InlineData("text", "\"__debezium_unavailable_value\"")]
    [InlineData("numeric", "\"__debezium_unavailable_value\"")]
    [InlineData("bytea", "\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"")]
    [InlineData("text[]", "[\"__debezium_unavailable_value\"]")]
    [InlineData("bytea[]", "[\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"]")]
    [InlineData("hstore", "\"{\\\"__debezium_unavailable_value\\\":\\\"__debezium_unavailable_value\\\"}\"")]
    public void An_unchanged_value_has_a_placeholder_of_its_column_s_form(string type, string json)
    {
        var buffer = new JsonBuffer();
        EncoderCatalog.For(type).WriteUnavailable(buffer);
        Assert.Equal(json, Text(buffer));
    }

    [Theory]
    [InlineData("bytea", "00")]
    [InlineData("timestamp with time zone", "2026-05-04 10:20:30+02")]
    [InlineData("text[]", "{\"open")]
    [InlineData("boolean", "")]
    public void Text_of_another_type_is_refused(string type, string text) =>
        Assert.Throws<MalformedValueException>(() => Encode(type, text));

    [Fact]
    public void Any_text_survives_as_a_JSON_string() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>().Filter(static s => s is not null && IsUnicode(s)), text =>
            JsonSerializer.Deserialize<string>(Encode("text", text)) == text).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_array_of_texts_survives_as_a_JSON_array()
    {
        var arrays = ArbMap.Default.ArbFor<string[]>().Filter(static a => a.All(static s => s is null || IsUnicode(s)));
        Prop.ForAll(arrays, items =>
        {
            var literal = "{" + string.Join(',', items.Select(Quote)) + "}";
            return JsonSerializer.Deserialize<string[]>(Encode("text[]", literal))!.SequenceEqual(items);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Every_type_of_the_capture_is_written_as_the_capture_has_it()
    {
        var folder = SharedData.DebeziumFolder;
        Assert.SkipUnless(folder is not null, "the captured events are not beside the repository");
        var tables = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "db_after_snapshot.json")))!["tables"]!;
        var compared = 0;
        foreach (var line in File.ReadLines(Path.Combine(folder, "c03_str_iso_schemas_on.jsonl")))
        {
            var payload = JsonNode.Parse((string?)JsonNode.Parse(line)!["value"] ?? "{}")!["payload"];
            if ((string?)payload?["op"] != "r")
                continue;
            var source = payload["source"]!;
            var table = tables[$"{source["schema"]}.{source["table"]}"]!;
            var id = payload["after"]!["id"]!.ToJsonString();
            var row = table["rows_text"]!.AsArray().Single(r => (string?)r!["id"] == id)!;
            compared += Compare(table["columns"]!.AsArray(), row, payload["after"]!.AsObject());
        }
        Assert.True(compared > 200, $"only {compared} values were compared");
    }

    static int Compare(JsonArray columns, JsonNode row, JsonObject after)
    {
        var compared = 0;
        foreach (var column in columns)
        {
            var name = (string)column!["name"]!;
            var type = (string)column["type"]! switch
            {
                "amount_t" or "amount2_t" => "numeric",
                var other => other,
            };
            // A null in a nullable column with a default comes as that default from Kafka Connect's converter.
            if (_deviations.Contains(name) || !after.ContainsKey(name) || row[name] is not { } text)
                continue;
            // A cast to text shows a single host's mask and cuts blanks; the type's output function does neither.
            var value = type switch
            {
                "inet" => Regex.Replace((string)text!, "/(32|128)$", ""),
                "character(5)" => ((string)text!).PadRight(5),
                _ => (string)text!,
            };
            var ours = JsonNode.Parse(Encode(type, value));
            Assert.True(
                Same(after[name], ours), $"{name} {type}: {after[name]?.ToJsonString()} and {ours?.ToJsonString()}");
            compared++;
        }
        return compared;
    }

    static bool Same(JsonNode? expected, JsonNode? actual) =>
        JsonNode.DeepEquals(expected, actual)
        || (expected?.GetValueKind() == JsonValueKind.Number && actual?.GetValueKind() == JsonValueKind.Number
            && (double)expected == (double)actual);

    static string Quote(string? item) =>
        item is null ? "NULL" : $"\"{item.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    static bool IsUnicode(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    static string Encode(string type, string text)
    {
        var buffer = new JsonBuffer();
        EncoderCatalog.For(type).Write(Encoding.UTF8.GetBytes(text), buffer);
        return Text(buffer);
    }

    static string Text(JsonBuffer buffer) => Encoding.UTF8.GetString(buffer.Slice(0, buffer.Length).Span);
}
