using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Decoding.Values;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>When null means that a value did not change. Every case goes through both decoders.</summary>
public sealed class UnchangedValueTests
{
    static readonly WireFormat Default = WireFormat.DebeziumDefault;

    [Theory]
    [InlineData("numeric")]
    [InlineData("numeric(10,2)[]")]
    [InlineData("smallint[]")]
    [InlineData("boolean[]")]
    [InlineData("timestamp with time zone[]")]
    [InlineData("inet[]")]
    [InlineData("mood[]")]
    [InlineData("bit varying")]
    [InlineData("geometry")]
    [InlineData("vector(3)")]
    public void A_null_may_be_an_unchanged_value(string type)
    {
        Assert.True(IsUnavailable(Default, type, "u"));
        Assert.False(IsUnavailable(Default, type, "c"));
        Assert.False(IsUnavailable(Default, type, "r"));
        Assert.True(IsUnavailable(Default, type, "c", followsKeyChange: true));
        Assert.False(IsUnavailable(Default, type, "u", before: """{"id":7,"v":null}"""));
        Assert.False(IsUnavailable(Default with { Writer = EventWriter.Tapline }, type, "u"));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("numeric(10,2)")]
    [InlineData("integer[]")]
    [InlineData("text[]")]
    [InlineData("uuid[]")]
    [InlineData("bit(8)")]
    [InlineData("bytea")]
    [InlineData("date[]")]
    [InlineData("point")]
    public void A_null_is_a_null_where_an_unchanged_value_has_another_form(string type) =>
        Assert.False(IsUnavailable(Default, type, "u"));

    [Fact]
    public void The_mode_decides_for_some_types()
    {
        Assert.True(IsUnavailable(Default with { Binary = BinaryMode.Base64 }, "bytea", "u"));
        Assert.True(IsUnavailable(Default with { Binary = BinaryMode.Hex }, "bytea[]", "u"));
        Assert.True(IsUnavailable(Default with { Times = TimeMode.Connect }, "date[]", "u"));
        Assert.False(IsUnavailable(Default with { Decimals = DecimalMode.String }, "numeric", "u"));
    }

    [Fact]
    public void An_array_of_64_bits_of_which_nobody_says_more_may_be_of_oids()
    {
        Assert.False(IsUnavailable(Default, "bigint[]", "u"));
        Assert.True(IsUnavailable(Default with { IsTypeOpen = true }, "bigint[]", "u"));
    }

    [Fact]
    public void A_placeholder_in_an_insert_is_a_value_but_after_a_change_of_key()
    {
        var text = $"\"{Events.Placeholder}\"";
        Assert.False(IsUnavailable(Default, "text", "c", text));
        Assert.True(IsUnavailable(Default, "text", "c", text, followsKeyChange: true));
    }

    [Theory]
    [InlineData("numeric", "123456789.123456789", true)]
    [InlineData("numeric", "1234567890123456789012345678901", false)]
    [InlineData("boolean[]", "[]", true)]
    [InlineData("boolean[]", "[true]", false)]
    [InlineData("bigint[]", "[1,2,3]", true)]
    public void A_value_that_is_too_short_to_be_moved_out_of_its_row_was_set_to_null(
        string type, string stored, bool ruledOut) =>
        Assert.Equal(ruledOut, UnchangedNull.IsRuledOutBy(PostgresTypes.Column("v", type), Events.Bytes(stored)));

    static bool IsUnavailable(
        WireFormat format,
        string type,
        string op,
        string json = "null",
        string before = "null",
        bool followsKeyChange = false)
    {
        var pair = new DecoderPair(Events.Schema(format, ("id", "integer"), ("v", type)))
        {
            Hints = new EventHints(followsKeyChange, null),
        };
        var value = Events.Value(op, "{\"id\":7,\"v\":" + json + "}", before);
        var result = pair.Decode(Events.Bytes("{\"id\":7}"), Events.Bytes(value));
        Assert.True(result.Status == DecodeStatus.Row, result.Detail);
        return pair.Rows.Unavailable.Exists(static cell => cell is { Row: 0, Column: 1 });
    }
}
