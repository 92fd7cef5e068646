using System.Numerics;
using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Decoding.Values;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>What the lake keeps as text has one spelling, whatever the mode of the connector. Every case goes through
/// both decoders.</summary>
public sealed class CanonicalTextTests
{
    static readonly WireFormat Default = WireFormat.DebeziumDefault;

    [Theory]
    [InlineData("numeric(10,2)[]", """["AJY=",null,"/x8="]""", """["1.50",null,"-2.25"]""")]
    [InlineData("numeric[]", """[{"scale":1,"value":"Dw=="}]""", """["1.5"]""")]
    [InlineData("date[]", "[20541,-1]", """["2026-03-29Z","1969-12-31Z"]""")]
    [InlineData("timestamp without time zone[]", "[1774751400123456,0]",
        """["2026-03-29T02:30:00.123456Z","1970-01-01T00:00:00Z"]""")]
    [InlineData("timestamp(3) without time zone[]", "[1774751400120]", """["2026-03-29T02:30:00.12Z"]""")]
    [InlineData("time without time zone[]", "[47655123000]", """["13:14:15.123Z"]""")]
    [InlineData("real[]", """[1.5,"NaN",1.0E-7,123456.7]""", """[1.5,"NaN",1e-07,123456.7]""")]
    [InlineData("double precision[]", """[2.5,"-Infinity",1.0E20,100000.0]""", """[2.5,"-Infinity",1e+20,100000]""")]
    [InlineData("integer[]", "[1,null]", "[1,null]")]
    [InlineData("text[]", """["a\"b",null]""", """["a\"b",null]""")]
    [InlineData("interval[]", "[86400000000]", """["P0Y0M1DT0H0M0S"]""")]
    [InlineData("numeric(10,2)[]", "[null,null]", "[null,null]")]
    [InlineData("numeric(10,2)[]", "[]", "[]")]
    [InlineData("point", """{"x":1.5,"y":-2.0,"wkb":"AQE=","srid":null}""", "(1.5,-2)")]
    [InlineData("geometry(Point,4326)", """{"wkb":"AQEAACDmEAAAzczMzMzMKkAAAAAAAEBKQA==","srid":4326}""",
        "0101000020E6100000CDCCCCCCCCCC2A400000000000404A40")]
    [InlineData("public.geometry", """{"wkb":"AQEAAAAAAAAAAAAAAAAAAAAAAAAA","srid":4326}""",
        "0101000020E610000000000000000000000000000000000000")]
    [InlineData("vector(3)", "[1.0,2.5,-3.0]", "[1,2.5,-3]")]
    [InlineData("sparsevec(5)", """{"dimensions":5,"vector":[[1,1.5],[5,-2.0]]}""", "{1:1.5,5:-2}/5")]
    [InlineData("interval", "2629800000000", "P0Y1M0DT0H0M0S")]
    [InlineData("interval", "-93784500000", "P0Y0M-1DT-2H-3M-4.5S")]
    [InlineData("box", "\"KDEsMSksKDAsMCk=\"", "(1,1),(0,0)")]
    public void The_connectors_default_settings(string type, string json, string text) =>
        Assert.Equal(text, Decoded(Default, type, json));

    [Fact]
    public void A_scale_below_zero_is_no_fraction_of_zeros()
    {
        var unscaled = -12_300 * BigInteger.Pow(10, 2046);
        var json = $"\"{Convert.ToBase64String(unscaled.ToByteArray(isUnsigned: false, isBigEndian: true))}\"";

        Assert.Equal("-12300", Decoded(Default, "numeric(5,-2)", json));
    }

    [Theory]
    [InlineData("bytea[]", BinaryMode.Hex, """["00ff"]""", """["AP8="]""")]
    [InlineData("bytea[]", BinaryMode.Base64UrlSafe, """["-_8"]""", """["+/8="]""")]
    [InlineData("bytea[]", BinaryMode.Bytes, """["AP8="]""", """["AP8="]""")]
    [InlineData("polygon", BinaryMode.Hex, "\"2861\"", "(a")]
    public void Bytes_in_every_mode(string type, BinaryMode mode, string json, string text) =>
        Assert.Equal(text, Decoded(Default with { Binary = mode }, type, json));

    [Theory]
    [InlineData("numeric", "1.5", "1.5")]
    [InlineData("numeric", "1.0E10", "10000000000")]
    [InlineData("numeric", "1.5E-7", "0.00000015")]
    [InlineData("numeric", "\"NaN\"", "NAN")]
    [InlineData("numeric(10,2)[]", "[1.5,-20.0]", """["1.50","-20.00"]""")]
    public void Decimals_as_doubles(string type, string json, string text) =>
        Assert.Equal(text, Decoded(Default with { Decimals = DecimalMode.Double }, type, json));

    [Fact]
    public void An_hstore_as_a_map_is_the_json_that_it_is_otherwise()
    {
        var format = Default with { Hstores = HstoreMode.Map };

        Assert.Equal("""{"a":"1","b":null}""", Decoded(format, "hstore", """{"a":"1","b":null}"""));
        Assert.Equal("""["{\"a\":\"1\"}"]""", Decoded(format, "hstore[]", """[{"a":"1"}]"""));
    }

    [Theory]
    [InlineData("numeric(10,2)[]", """["*"]""")]
    [InlineData("date[]", """["x"]""")]
    [InlineData("date[]", "17")]
    [InlineData("point", """{"x":1.5}""")]
    [InlineData("geometry", """{"wkb":"AQ=="}""")]
    [InlineData("vector", """["a"]""")]
    [InlineData("sparsevec", """{"dimensions":5,"vector":[[1]]}""")]
    public void What_is_not_of_the_type_is_rejected(string type, string json)
    {
        var pair = Pair(Default, type, json, "c", out var result);
        Assert.Equal(RejectReason.WrongType, result.Reason);
        Assert.Equal(0, pair.Rows.Count);
    }

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(-0.0, "-0")]
    [InlineData(1e15, "1e+15")]
    [InlineData(123456789012345, "123456789012345")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(1.7976931348623157E308, "1.7976931348623157e+308")]
    [InlineData(5E-324, "5e-324")]
    [InlineData(100, "100")]
    public void A_double_is_spelled_as_the_database_does(double value, string text)
    {
        Span<byte> target = stackalloc byte[FloatText.LengthMax];
        Assert.Equal(text, Encoding.UTF8.GetString(target[..FloatText.Write(value, target)]));
    }

    [Theory]
    [InlineData(1e6f, "1e+06")]
    [InlineData(123456f, "123456")]
    [InlineData(0.1f, "0.1")]
    public void A_float_is_spelled_as_the_database_does(float value, string text)
    {
        Span<byte> target = stackalloc byte[FloatText.LengthMax];
        Assert.Equal(text, Encoding.UTF8.GetString(target[..FloatText.Write(value, target)]));
    }

    [Theory]
    [InlineData(0, "1970-01-01Z")]
    [InlineData(-719_528, "0000-01-01Z")]
    [InlineData(-735_160, "-0043-03-15Z")]
    [InlineData(2_145_042_905, "+5874897-12-31Z")]
    public void A_date_is_written_as_it_is_read(int days, string text)
    {
        Span<byte> target = stackalloc byte[IsoText.LengthMax];
        var length = IsoText.WriteDate(days, target);
        Assert.Equal(text, Encoding.UTF8.GetString(target[..length]));
        Assert.Equal(RejectReason.None, TimeText.ReadDate(target[..length], EventWriter.Tapline, out var read));
        Assert.Equal(days, read);
    }

    static string Decoded(WireFormat format, string type, string json)
    {
        var pair = Pair(format, type, json, "c", out var result);
        Assert.True(result.Status == DecodeStatus.Row, $"{result.Reason} {result.Detail}");
        return Encoding.UTF8.GetString(pair.Rows.Values.Columns[1].Value(0));
    }

    static DecoderPair Pair(WireFormat format, string type, string json, string op, out DecodeResult result)
    {
        var pair = new DecoderPair(Events.Schema(format, ("id", "integer"), ("v", type)));
        var value = Events.Value(op, "{\"id\":7,\"v\":" + json + "}");
        result = pair.Decode(Events.Bytes("{\"id\":7}"), Events.Bytes(value));
        return pair;
    }
}
