using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>What each spelling of a value becomes in its column. Every case goes through both decoders.</summary>
public sealed class ColumnValueTests
{
    const long DayUs = 86_400_000_000;

    static readonly WireFormat Precise = WireFormat.DebeziumDefault;

    [Theory]
    [InlineData("numeric(10,2)", "\"19.99\"", 1999)]
    [InlineData("numeric(10,2)", "\"-0.01\"", -1)]
    [InlineData("numeric(10,2)", "\"19.9\"", 1990)]
    [InlineData("numeric(10,2)", "\"19\"", 1900)]
    [InlineData("numeric(10,2)", "\"19.9900\"", 1999)]
    [InlineData("numeric(10,2)", "\"00019.99\"", 1999)]
    [InlineData("numeric(10,2)", "\"-0\"", 0)]
    [InlineData("numeric(10,2)", "\"99999999.99\"", 9_999_999_999)]
    [InlineData("numeric(10,2)", "19.99", 1999)]
    [InlineData("numeric(10,2)", "1.999E1", 1999)]
    [InlineData("numeric(10,2)", "1999e-2", 1999)]
    [InlineData("numeric(10,2)", "0e999999999999", 0)]
    [InlineData("numeric(4,4)", "\"0.0001\"", 1)]
    [InlineData("money", "\"-92233720368547758.08\"", long.MinValue)]
    public void Decimals_are_read_exactly_from_text(string type, string json, long unscaled) =>
        Assert.Equal(unscaled, Decimal(Decoded(WireFormat.Tapline, type, json)));

    [Theory]
    [InlineData("numeric(10,2)", "\"B88=\"", 1999L)]
    [InlineData("numeric(10,2)", "\"/w==\"", -1L)]
    [InlineData("numeric(10,2)", "\"AIA=\"", 128L)]
    [InlineData("numeric(10,2)", "\"AA==\"", 0L)]
    [InlineData("numeric(10,2)", "\"AAAAAAAAAAAAAAAAAAAAAAc=\"", 7L)]
    [InlineData("numeric(10,2)", "\"/////////////////////////w==\"", null)]
    [InlineData("numeric(38,0)", "\"/////////////////////w==\"", -1L)]
    [InlineData("numeric(10,2)", "19.99", 1999L)]
    public void Decimals_are_read_exactly_from_bytes(string type, string json, long? unscaled)
    {
        if (unscaled is null)
            Assert.Equal(RejectReason.ValueOutOfRange, Rejected(Precise, type, json));
        else
            Assert.Equal(unscaled.Value, Decimal(Decoded(Precise, type, json)));
    }

    [Fact]
    public void The_widest_decimal_fits()
    {
        var nines = new string('9', 38);
        var pointed = $"\"{nines[..28]}.{nines[28..]}\"";
        Assert.Equal(Int128.Parse(nines), Decimal(Decoded(WireFormat.Tapline, "numeric(38,10)", pointed)));
        Assert.Equal(-Int128.Parse(nines), Decimal(Decoded(WireFormat.Tapline, "numeric(38,0)", $"\"-{nines}\"")));
        Assert.Equal(RejectReason.ValueOutOfRange, Rejected(WireFormat.Tapline, "numeric(38,0)", $"\"{nines}9\""));
    }

    [Theory]
    [InlineData("\"19.999\"", RejectReason.ValueOutOfRange)]
    [InlineData("\"100000000\"", RejectReason.ValueOutOfRange)]
    [InlineData("1e100", RejectReason.ValueOutOfRange)]
    [InlineData("\"NAN\"", RejectReason.ValueOutOfRange)]
    [InlineData("\"NEGATIVE_INFINITY\"", RejectReason.ValueOutOfRange)]
    [InlineData("\"\"", RejectReason.WrongType)]
    [InlineData("\".5\"", RejectReason.WrongType)]
    [InlineData("\"5.\"", RejectReason.WrongType)]
    [InlineData("\"+5\"", RejectReason.WrongType)]
    [InlineData("\"5 \"", RejectReason.WrongType)]
    [InlineData("\"5e\"", RejectReason.WrongType)]
    [InlineData("true", RejectReason.WrongType)]
    [InlineData("[]", RejectReason.WrongType)]
    public void A_decimal_that_would_change_is_rejected(string json, RejectReason reason) =>
        Assert.Equal(reason, Rejected(WireFormat.Tapline, "numeric(10,2)", json));

    [Theory]
    [InlineData("smallint", "-32768", -32768)]
    [InlineData("smallint", "-0", 0)]
    [InlineData("integer", "2147483647", 2147483647)]
    [InlineData("integer", "null", null)]
    public void Small_integers_are_kept(string type, string json, int? value)
    {
        var column = Decoded(WireFormat.Tapline, type, json);
        Assert.Equal(value, column.IsNull(0) ? null : column.Int32s[0]);
    }

    [Theory]
    [InlineData("smallint", "32768", RejectReason.ValueOutOfRange)]
    [InlineData("integer", "-2147483649", RejectReason.ValueOutOfRange)]
    [InlineData("bigint", "9223372036854775808", RejectReason.ValueOutOfRange)]
    [InlineData("bigint", "1.0", RejectReason.WrongType)]
    [InlineData("bigint", "1e2", RejectReason.WrongType)]
    [InlineData("bigint", "\"1\"", RejectReason.WrongType)]
    [InlineData("boolean", "1", RejectReason.WrongType)]
    [InlineData("boolean", "\"true\"", RejectReason.WrongType)]
    [InlineData("real", "1e39", RejectReason.ValueOutOfRange)]
    [InlineData("double precision", "1e309", RejectReason.ValueOutOfRange)]
    [InlineData("double precision", "\"1\"", RejectReason.WrongType)]
    [InlineData("date", "2147483648", RejectReason.ValueOutOfRange)]
    [InlineData("date", "\"2026-02-29Z\"", RejectReason.WrongType)]
    [InlineData("date", "\"2026-5-4\"", RejectReason.WrongType)]
    [InlineData("timestamp with time zone", "\"2026-05-04T10:20:30\"", RejectReason.WrongType)]
    [InlineData("timestamp with time zone", "1777890030123456", RejectReason.WrongType)]
    [InlineData("timestamp with time zone", "\"2026-05-04T24:00:00Z\"", RejectReason.WrongType)]
    [InlineData("timestamp with time zone", "\"2026-05-04T10:20:30.Z\"", RejectReason.WrongType)]
    [InlineData("timestamp with time zone", "\"2026-05-04T10:20:30.0123456789Z\"", RejectReason.WrongType)]
    [InlineData("timestamp with time zone", "\"294276-12-31T23:59:59.999999Z\"", RejectReason.ValueOutOfRange)]
    [InlineData("timestamp without time zone", "1777890030123456", RejectReason.WrongType)]
    [InlineData("bytea", "\"AAE\"", RejectReason.WrongType)]
    [InlineData("bytea", "\"A_E=\"", RejectReason.WrongType)]
    public void A_value_of_another_kind_is_rejected(string type, string json, RejectReason reason) =>
        Assert.Equal(reason, Rejected(WireFormat.Tapline, type, json));

    [Theory]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void Big_integers_are_kept(string json, long value) =>
        Assert.Equal(value, Decoded(WireFormat.Tapline, "bigint", json).Int64s[0]);

    [Theory]
    [InlineData("1.1", 1.1)]
    [InlineData("-0.0", -0.0)]
    [InlineData("1E-300", 1e-300)]
    [InlineData("4.9E-324", double.Epsilon)]
    [InlineData("\"NaN\"", double.NaN)]
    [InlineData("\"Infinity\"", double.PositiveInfinity)]
    [InlineData("\"-Infinity\"", double.NegativeInfinity)]
    public void Doubles_are_kept_to_the_bit(string json, double value)
    {
        var found = Decoded(WireFormat.Tapline, "double precision", json).Float64s[0];
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(found));
    }

    [Theory]
    [InlineData("\"2026-05-04Z\"", 20_577)]
    [InlineData("\"2026-05-04\"", 20_577)]
    [InlineData("20577", 20_577)]
    [InlineData("\"1970-01-01Z\"", 0)]
    [InlineData("\"1600-02-29Z\"", -135_081)]
    [InlineData("\"-0043-03-15Z\"", -735_160)]
    [InlineData("\"-4713-11-24Z\"", -2_440_588)]
    [InlineData("\"+5874897-12-31Z\"", 2_145_042_905)]
    [InlineData("\"infinity\"", int.MaxValue)]
    [InlineData("\"-infinity\"", -int.MaxValue)]
    [InlineData("\"+292278994-08-16Z\"", int.MaxValue)]
    public void Dates_are_days_since_1970(string json, int days) =>
        Assert.Equal(days, Decoded(WireFormat.Tapline, "date", json).Int32s[0]);

    [Theory]
    [InlineData("\"2026-05-04T10:20:30.123456Z\"", 1_777_890_030_123_456)]
    [InlineData("\"2026-05-04T10:20:30Z\"", 1_777_890_030_000_000)]
    [InlineData("\"2026-05-04T10:20:30.12Z\"", 1_777_890_030_120_000)]
    [InlineData("\"2026-05-04T10:20:30.123456789Z\"", 1_777_890_030_123_456)]
    [InlineData("\"2026-05-04T12:20:30+02:00\"", 1_777_890_030_000_000)]
    [InlineData("\"2026-05-04T04:50:30-05:30\"", 1_777_890_030_000_000)]
    [InlineData("\"1969-12-31T23:59:59.999999Z\"", -1)]
    [InlineData("\"0000-12-31T00:00:00Z\"", -719_163 * DayUs)]
    [InlineData("\"infinity\"", long.MaxValue)]
    [InlineData("\"-infinity\"", -long.MaxValue)]
    [InlineData("\"+294247-01-10T04:00:25.2Z\"", long.MaxValue)]
    [InlineData("\"-290308-12-21T19:59:27.6Z\"", -long.MaxValue)]
    public void Timestamps_are_microseconds_since_1970(string json, long microseconds) =>
        Assert.Equal(microseconds, Decoded(WireFormat.Tapline, "timestamp with time zone", json).Int64s[0]);

    [Theory]
    [InlineData(TimeMode.Adaptive, "timestamp(3) without time zone", "1777890030123", 1_777_890_030_123_000)]
    [InlineData(TimeMode.Adaptive, "timestamp(0) without time zone", "-1", -1000)]
    [InlineData(TimeMode.Adaptive, "timestamp(4) without time zone", "1777890030123456", 1_777_890_030_123_456)]
    [InlineData(TimeMode.Adaptive, "timestamp without time zone", "1777890030123456", 1_777_890_030_123_456)]
    [InlineData(TimeMode.AdaptiveTimeMicroseconds, "timestamp(3) without time zone", "5", 5000)]
    [InlineData(TimeMode.Connect, "timestamp without time zone", "5", 5000)]
    [InlineData(TimeMode.Microseconds, "timestamp(3) without time zone", "5", 5)]
    [InlineData(TimeMode.Nanoseconds, "timestamp without time zone", "1999", 1)]
    [InlineData(TimeMode.Nanoseconds, "timestamp without time zone", "-1", -1)]
    [InlineData(TimeMode.Nanoseconds, "timestamp without time zone", "-9223372036854775807", -9_223_372_036_854_776)]
    [InlineData(TimeMode.Nanoseconds, "timestamp without time zone", "9223372036854775807", long.MaxValue)]
    [InlineData(TimeMode.Nanoseconds, "timestamp without time zone", "-9223372036854775808", -long.MaxValue)]
    [InlineData(TimeMode.Adaptive, "timestamp without time zone", "9223372036825200000", long.MaxValue)]
    [InlineData(TimeMode.Adaptive, "timestamp without time zone", "-9223372036832400000", -long.MaxValue)]
    [InlineData(TimeMode.Connect, "timestamp without time zone", "9223372036825200", long.MaxValue)]
    [InlineData(TimeMode.Adaptive, "timestamp with time zone", "\"2026-05-04T10:20:30Z\"", 1_777_890_030_000_000)]
    public void The_unit_of_a_timestamp_follows_mode_and_type(
        TimeMode mode, string type, string json, long microseconds) =>
        Assert.Equal(microseconds, Decoded(Precise with { Times = mode }, type, json).Int64s[0]);

    [Theory]
    [InlineData(TimeMode.IsoString, "time without time zone", "\"10:20:30.123456Z\"", "10:20:30.123456Z")]
    [InlineData(TimeMode.Adaptive, "time without time zone", "37230123456", "10:20:30.123456Z")]
    [InlineData(TimeMode.Adaptive, "time(3) without time zone", "37230120", "10:20:30.12Z")]
    [InlineData(TimeMode.Adaptive, "time(0) without time zone", "0", "00:00:00Z")]
    [InlineData(TimeMode.AdaptiveTimeMicroseconds, "time(3) without time zone", "86400000000", "00:00:00Z")]
    [InlineData(TimeMode.Connect, "time without time zone", "37230123", "10:20:30.123Z")]
    [InlineData(TimeMode.Nanoseconds, "time without time zone", "37230123456789", "10:20:30.123456789Z")]
    [InlineData(TimeMode.Adaptive, "time with time zone", "\"08:20:30Z\"", "08:20:30Z")]
    public void Times_of_day_are_kept_as_text(TimeMode mode, string type, string json, string text) =>
        Assert.Equal(text, Text(Decoded(Precise with { Times = mode }, type, json)));

    [Theory]
    [InlineData("-1")]
    [InlineData("86400000001")]
    [InlineData("9223372036854775807")]
    public void A_time_outside_of_the_day_is_rejected(string json) =>
        Assert.Equal(RejectReason.ValueOutOfRange, Rejected(Precise, "time without time zone", json));

    [Theory]
    [InlineData("text", "\"a\\\"b\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00\"", "a\"b\\/\b\f\n\r\tä😀")]
    [InlineData("text", "\"\"", "")]
    [InlineData("character(3)", "\"EU \"", "EU ")]
    [InlineData("jsonb", "\"{\\\"a\\\": [1, null]}\"", "{\"a\": [1, null]}")]
    [InlineData("text[]", "[\"a\", null,\"b\"]", "[\"a\", null,\"b\"]")]
    [InlineData("point", "{\"x\":1.5,\"y\":2.0}", "(1.5,2)")]
    [InlineData("interval", "2629800000000", "2629800000000")]
    [InlineData("amount_t", "1.50", "1.50")]
    [InlineData("flag_t", "true", "true")]
    [InlineData("numeric", "\"1.500000\"", "1.500000")]
    [InlineData("numeric", "\"NAN\"", "NAN")]
    public void Other_types_keep_their_text(string type, string json, string text) =>
        Assert.Equal(text, Text(Decoded(WireFormat.Tapline, type, json)));

    [Theory]
    [InlineData("numeric", "{\"scale\":1,\"value\":\"Dw==\"}", "1.5")]
    [InlineData("numeric", "{\"scale\":0,\"value\":\"AA==\"}", "0")]
    [InlineData("numeric", "{\"scale\":3,\"value\":\"/w==\"}", "-0.001")]
    [InlineData("numeric", "{\"scale\":-2,\"value\":\"Dw==\"}", "1500")]
    [InlineData("numeric(50,2)", "\"B88=\"", "19.99")]
    [InlineData("numeric(50,2)", "19.99", "19.99")]
    public void A_numeric_without_a_decimal_column_is_kept_as_plain_text(string type, string json, string text) =>
        Assert.Equal(text, Text(Decoded(Precise, type, json)));

    [Theory]
    [InlineData("{\"scale\":1}")]
    [InlineData("{\"scale\":1,\"value\":\"*\"}")]
    [InlineData("{\"scale\":999999999,\"value\":\"Dw==\"}")]
    [InlineData("{\"scale\":1,\"value\":\"Dw==\",\"more\":1}")]
    [InlineData("[1]")]
    public void A_numeric_that_is_no_scale_and_value_is_rejected(string json) =>
        Assert.Equal(RejectReason.WrongType, Rejected(Precise, "numeric", json));

    [Theory]
    [InlineData(BinaryMode.Base64, "bytea", "\"+/8A\"", "FBFF00")]
    [InlineData(BinaryMode.Base64, "bytea", "\"\"", "")]
    [InlineData(BinaryMode.Base64UrlSafe, "bytea", "\"-_8A\"", "FBFF00")]
    [InlineData(BinaryMode.Hex, "bytea", "\"fbff00\"", "FBFF00")]
    [InlineData(BinaryMode.Hex, "bit(12)", "\"Awg=\"", "0308")]
    public void Bytes_are_decoded_as_the_mode_says(BinaryMode mode, string type, string json, string hex) =>
        Assert.Equal(hex, Convert.ToHexString(Decoded(Precise with { Binary = mode }, type, json).Value(0)));

    [Theory]
    [InlineData("text", "\"__debezium_unavailable_value\"")]
    [InlineData("jsonb", "\"__debezium_unavailable_value\"")]
    [InlineData("bytea", "\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"")]
    [InlineData("hstore", "\"{\\\"__debezium_unavailable_value\\\":\\\"__debezium_unavailable_value\\\"}\"")]
    [InlineData("hstore", "{\"__debezium_unavailable_value\":\"__debezium_unavailable_value\"}")]
    [InlineData("text[]", "[\"__debezium_unavailable_value\"]")]
    [InlineData("bytea[]", "[ \"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\" ]")]
    [InlineData("uuid[]", "[\"b68a35a7-17ad-35b3-af2a-ae46edb4545a\"]")]
    [InlineData("integer[]", Numbers)]
    [InlineData("real[]", "[95.0,95.0" + NumbersTail)]
    public void Each_form_of_the_placeholder_is_found(string type, string json)
    {
        var pair = Pair(WireFormat.Tapline, type, json, "u", out var result);

        Assert.Equal(DecodeStatus.Row, result.Status);
        Assert.Equal([new UnavailableCell(0, 1)], pair.Rows.Unavailable);
        Assert.True(pair.Rows.Values.Columns[1].IsNull(0));
    }

    [Theory]
    [InlineData("text", "\"__debezium_unavailable_value \"")]
    [InlineData("text[]", "[\"__debezium_unavailable_value\",\"a\"]")]
    [InlineData("text[]", "[\"__debezium_unavailable_value\",null]")]
    [InlineData("hstore", "{\"__debezium_unavailable_value\":\"a\"}")]
    [InlineData("integer[]", "[95,95,100]")]
    [InlineData("integer[]", "[0,95" + NumbersTail)]
    public void What_only_contains_the_placeholder_is_a_value(string type, string json)
    {
        var pair = Pair(WireFormat.Tapline, type, json, "u", out var result);

        Assert.Equal(DecodeStatus.Row, result.Status);
        Assert.Empty(pair.Rows.Unavailable);
        Assert.False(pair.Rows.Values.Columns[1].IsNull(0));
    }

    [Fact]
    public void The_placeholder_may_be_given_in_hexadecimal()
    {
        var format = WireFormat.Tapline with { UnavailablePlaceholder = "hex:00ff" };
        var pair = Pair(format, "bytea", "\"AP8=\"", "u", out _);

        Assert.Equal([new UnavailableCell(0, 1)], pair.Rows.Unavailable);
    }

    const string Numbers = "[95,95" + NumbersTail;

    const string NumbersTail =
        ",100,101,98,101,122,105,117,109,95,117,110,97,118,97,105,108,97,98,108,101,95,118,97,108,117,101]";

    static Int128 Decimal(ColumnBuffer column) => column.Width == 8 ? column.Int64s[0] : column.Int128s[0];

    static string Text(ColumnBuffer column) => Encoding.UTF8.GetString(column.Value(0));

    static ColumnBuffer Decoded(WireFormat format, string type, string json)
    {
        var pair = Pair(format, type, json, "c", out var result);
        Assert.True(result.Status == DecodeStatus.Row, $"{result.Reason} {result.Detail}");
        return pair.Rows.Values.Columns[1];
    }

    static RejectReason Rejected(WireFormat format, string type, string json)
    {
        var pair = Pair(format, type, json, "c", out var result);
        Assert.Equal(DecodeStatus.Rejected, result.Status);
        Assert.All(pair.Rows.Values.Columns, static column => Assert.Equal(0, column.Count));
        return result.Reason;
    }

    static DecoderPair Pair(WireFormat format, string type, string json, string op, out DecodeResult result)
    {
        var pair = new DecoderPair(Events.Schema(format, ("id", "integer"), ("v", type)));
        var value = Events.Value(op, "{\"id\":7,\"v\":" + json + "}");
        result = pair.Decode(Events.Bytes("{\"id\":7}"), Events.Bytes(value));
        return pair;
    }
}
