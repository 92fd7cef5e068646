using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Types;

namespace Tapline.Ingest.Tests.Postgres.Types;

public sealed class EncoderTests
{
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
        Encoder(type, EnvelopeFormat.Default).WriteUnavailable(Mark(isTyped: false), buffer);
        Assert.Equal(json, Text(buffer));
    }

    [Theory]
    [InlineData("text", "\"__debezium_unavailable_value\"")]
    [InlineData("uuid[]", "[\"b68a35a7-17ad-35b3-af2a-ae46edb4545a\"]")]
    [InlineData("bigint[]",
        "[95,95,100,101,98,101,122,105,117,109,95,117,110,97,118,97,105,108,97,98,108,101,95,118,97,108,117,101]")]
    public void A_typed_placeholder_fits_the_column_s_schema(string type, string json)
    {
        var buffer = new JsonBuffer();
        Encoder(type, EnvelopeFormat.Default).WriteUnavailable(Mark(isTyped: true), buffer);
        Assert.Equal(json, Text(buffer));
    }

    [Theory]
    [InlineData("numeric(10,2)", "19.99", "\"B88=\"")]
    [InlineData("numeric(10,2)", "-0.01", "\"/w==\"")]
    [InlineData("numeric(10,2)", "0.00", "\"AA==\"")]
    [InlineData("numeric(10,2)", "1.28", "\"AIA=\"")]
    [InlineData("numeric(10,2)", "-1.28", "\"gA==\"")]
    [InlineData("numeric(10,2)", "-1.29", "\"/38=\"")]
    [InlineData("numeric(10,2)", "NaN", "null")]
    [InlineData("numeric(38,0)", "12345678901234567890123456789012345678", "\"CUmw9vACMxPESZBQ3jjzTg==\"")]
    [InlineData("numeric(40,0)", "-340282366920938463463374607431768211456", "\"/wAAAAAAAAAAAAAAAAAAAAA=\"")]
    [InlineData("numeric", "1.500000", "{\"scale\":1,\"value\":\"Dw==\"}")]
    [InlineData("numeric", "0.00", "{\"scale\":0,\"value\":\"AA==\"}")]
    [InlineData("numeric", "100", "{\"scale\":0,\"value\":\"ZA==\"}")]
    [InlineData("numeric(5,-2)", "1234600", "{\"scale\":0,\"value\":\"Etao\"}")]
    [InlineData("numeric(10,2)[]", "{1.50,NULL,-2.25}", "[\"AJY=\",null,\"/x8=\"]")]
    [InlineData("money", "-$92,233,720,368,547,758.08", "\"gAAAAAAAAAA=\"")]
    public void Precise_decimals_are_the_shortest_two_s_complement(string type, string text, string json) =>
        Assert.Equal(json, Encode(type, text, With(WireFormat.Tapline with { Decimals = DecimalMode.Precise })));

    [Theory]
    [InlineData("numeric(10,2)", "19.99", "19.99")]
    [InlineData("numeric", "123456789.987654321", "123456789.98765433")]
    [InlineData("numeric", "NaN", "\"NaN\"")]
    [InlineData("numeric", "-Infinity", "\"-Infinity\"")]
    [InlineData("money", "$1,234.56", "1234.56")]
    public void Double_decimals_are_numbers(string type, string text, string json) =>
        Assert.Equal(json, Encode(type, text, With(WireFormat.Tapline with { Decimals = DecimalMode.Double })));

    [Fact]
    public void A_decimal_of_more_than_a_double_holds_is_infinite() => Assert.Equal(
        "\"Infinity\"",
        Encode("numeric", $"1{new string('0', 999)}", With(WireFormat.Tapline with { Decimals = DecimalMode.Double })));

    [Fact]
    public void Any_precise_decimal_reads_back()
    {
        var format = With(WireFormat.Tapline with { Decimals = DecimalMode.Precise });
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>().Filter(static b => b.Length > 0), bytes =>
        {
            var unscaled = new BigInteger(bytes);
            var json = Encode("numeric(100,0)", unscaled.ToString(CultureInfo.InvariantCulture), format);
            var written = Convert.FromBase64String(json.Trim('"'));
            return new BigInteger(written, isBigEndian: true) == unscaled
                && written.Length == unscaled.ToByteArray().Length;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(TimeMode.Adaptive, "date", "2026-05-04", "20577")]
    [InlineData(TimeMode.Adaptive, "date", "1969-12-31", "-1")]
    [InlineData(TimeMode.Adaptive, "date", "0044-03-15 BC", "-735160")]
    [InlineData(TimeMode.Adaptive, "date", "4713-01-01 BC", "-2440550")]
    [InlineData(TimeMode.Adaptive, "date", "5874897-12-31", "2145042905")]
    [InlineData(TimeMode.Connect, "date", "infinity", "-2147472692")]
    [InlineData(TimeMode.Nanoseconds, "date", "-infinity", "-2147472691")]
    [InlineData(TimeMode.Adaptive, "time(3) without time zone", "13:14:15.12", "47655120")]
    [InlineData(TimeMode.Adaptive, "time without time zone", "13:14:15.123456", "47655123456")]
    [InlineData(TimeMode.Adaptive, "time without time zone", "24:00:00", "86400000000")]
    [InlineData(TimeMode.AdaptiveTimeMicroseconds, "time(0) without time zone", "13:14:15", "47655000000")]
    [InlineData(TimeMode.Connect, "time without time zone", "13:14:15.123956", "47655123")]
    [InlineData(TimeMode.Nanoseconds, "time(0) without time zone", "00:00:01", "1000000000")]
    [InlineData(TimeMode.Adaptive, "timestamp(3) without time zone", "1969-12-31 23:59:59.999", "-1")]
    [InlineData(TimeMode.Adaptive, "timestamp(3) without time zone", "294277-01-01 00:00:00", "9224318016000000")]
    [InlineData(TimeMode.Adaptive, "timestamp(3) without time zone", "-infinity", "-9223372036832400")]
    [InlineData(TimeMode.Adaptive, "timestamp without time zone", "infinity", "9223372036825200000")]
    [InlineData(TimeMode.Adaptive, "timestamp without time zone", "0044-03-15 12:00:00 BC", "-63517780800000000")]
    [InlineData(
        TimeMode.Microseconds, "timestamp(0) without time zone", "294276-12-31 23:59:59", "9223372036854775807")]
    [InlineData(TimeMode.Microseconds, "timestamp(0) without time zone", "1900-01-01 00:00:00", "-2208988800000000")]
    [InlineData(TimeMode.Connect, "timestamp without time zone", "1969-12-31 23:59:59.999999", "-1")]
    [InlineData(TimeMode.Nanoseconds, "timestamp without time zone", "1970-01-01 00:00:00.000001", "1000")]
    [InlineData(TimeMode.Nanoseconds, "timestamp without time zone", "-infinity", "-9223372036854775808")]
    [InlineData(TimeMode.Nanoseconds, "timestamp without time zone", "2262-04-12 00:00:00", "null")]
    [InlineData(
        TimeMode.Connect, "timestamp(3) with time zone", "2026-05-04 10:20:30+00", "\"2026-05-04T10:20:30.000Z\"")]
    [InlineData(TimeMode.Adaptive, "date[]", "{2026-03-29,1969-12-31}", "[20541,-1]")]
    public void Times_are_counts_in_the_mode_s_unit(TimeMode mode, string type, string text, string json) =>
        Assert.Equal(json, Encode(type, text, With(WireFormat.Tapline with { Times = mode })));

    [Fact]
    public void Any_date_is_counted_as_the_calendar_counts_it()
    {
        var format = With(WireFormat.DebeziumDefault);
        Prop.ForAll(ArbMap.Default.ArbFor<uint>(), number =>
        {
            var date = DateOnly.FromDayNumber((int)(number * 2_654_435_761L % DateOnly.MaxValue.DayNumber));
            var days = date.DayNumber - new DateOnly(1970, 1, 1).DayNumber;
            return Encode("date", date.ToString("O", CultureInfo.InvariantCulture), format)
                == days.ToString(CultureInfo.InvariantCulture);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("1 year 2 mons 3 days 04:05:06.789012", "37091106789012")]
    [InlineData("-1 years -2 mons +3 days -04:05:06.789012", "-36572706789012")]
    [InlineData("1 mon -1 days +00:00:00.000001", "2543400000001")]
    [InlineData("-00:00:00.001", "-1000")]
    [InlineData("100:00:00", "360000000000")]
    [InlineData("178000000 years", "9223372036854775807")]
    [InlineData("-178000000 years", "-9223372036854775808")]
    [InlineData("-infinity", "-9223372036854775808")]
    public void Numeric_intervals_are_microseconds(string text, string json) =>
        Assert.Equal(json, Encode("interval", text, With(WireFormat.DebeziumDefault)));

    [Theory]
    [InlineData(BinaryMode.Bytes, "\"+/8=\"")]
    [InlineData(BinaryMode.Base64, "\"+/8=\"")]
    [InlineData(BinaryMode.Base64UrlSafe, "\"-_8=\"")]
    [InlineData(BinaryMode.Hex, "\"fbff\"")]
    public void Bytes_have_their_mode_s_alphabet(BinaryMode mode, string json) =>
        Assert.Equal(json, Encode("bytea", "\\xfbff", With(WireFormat.Tapline with { Binary = mode })));

    [Theory]
    [InlineData("hstore", "\"a\"=>\"1\", \"b c\"=>NULL", "{\"a\":\"1\",\"b c\":null}")]
    [InlineData("ext.hstore", "", "{}")]
    [InlineData("hstore[]", "{\"\\\"a\\\"=>\\\"1\\\"\"}", "[{\"a\":\"1\"}]")]
    public void Hstore_in_map_mode_is_an_object(string type, string text, string json) =>
        Assert.Equal(json, Encode(type, text, With(WireFormat.Tapline with { Hstores = HstoreMode.Map })));

    [Theory]
    [InlineData("point", "(1.5,-2.25)",
        "{\"x\":1.5,\"y\":-2.25,\"wkb\":\"AQEAAAAAAAAAAAD4PwAAAAAAAALA\",\"srid\":null}")]
    [InlineData("geometry", "010700000000000000", "{\"wkb\":\"AQcAAAAAAAAA\",\"srid\":null}")]
    [InlineData("geometry(Point,4326)", "0101000020E6100000CDCCCCCCCCCC2A400000000000404A40",
        "{\"wkb\":\"AQEAACDmEAAAzczMzMzMKkAAAAAAAEBKQA==\",\"srid\":4326}")]
    [InlineData("vector(3)", "[1,2.5,-3]", "[1,2.5,-3]")]
    [InlineData("sparsevec(5)", "{1:1.5,5:-2}/5", "{\"dimensions\":5,\"vector\":[[1,1.5],[5,-2]]}")]
    public void Structures_have_Debezium_s_parts_when_asked(string type, string text, string json) =>
        Assert.Equal(json, Encode(type, text, EnvelopeFormat.Default with { Structs = true }));

    [Theory]
    [InlineData("line", 'b')]
    [InlineData("money[]", 'b')]
    [InlineData("interval[]", 'b')]
    [InlineData("int4multirange", 'm')]
    [InlineData("addr_t", 'c')]
    [InlineData("addr_t[]", 'c')]
    public void Types_that_Debezium_does_not_know_can_be_left_out(string type, char kind)
    {
        var traits = new TypeTraits(kind, [], null);
        Assert.NotNull(new EncoderCatalog(EnvelopeFormat.Default).For(type, traits));
        Assert.Null(new EncoderCatalog(EnvelopeFormat.Default with { UnknownTypes = false }).For(type, traits));
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

    static EnvelopeFormat With(WireFormat values) => EnvelopeFormat.Default with { Values = values };

    static string Quote(string? item) =>
        item is null ? "NULL" : $"\"{item.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    static bool IsUnicode(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    static string Encode(string type, string text, EnvelopeFormat? format = null)
    {
        var buffer = new JsonBuffer();
        Encoder(type, format ?? EnvelopeFormat.Default).Write(Encoding.UTF8.GetBytes(text), buffer);
        return Text(buffer);
    }

    static ValueEncoder Encoder(string type, EnvelopeFormat format) =>
        new EncoderCatalog(format).For(type, TypeTraits.Base)!;

    static UnavailableMark Mark(bool isTyped) => new(WireFormat.Tapline.UnavailablePlaceholder, isTyped);

    static string Text(JsonBuffer buffer) => Encoding.UTF8.GetString(buffer.Slice(0, buffer.Length).Span);
}
