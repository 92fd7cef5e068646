using System.Text;
using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>A record's key may be of other columns than the table's (<c>message.key.columns</c>): then the row itself
/// says which row it is.</summary>
public sealed class OtherKeyTests
{
    const string Row = """{"id":7,"account":3,"name":"a"}""";

    readonly DecoderPair _pair = new(Events.Schema(
        WireFormat.DebeziumDefault, ("id", "integer"), ("account", "bigint"), ("name", "text")));

    [Theory]
    [InlineData("""{"account":3}""")]
    [InlineData("""{"account":4}""")]
    [InlineData("""{"id":7,"account":3}""")]
    [InlineData("""{"gone":1}""")]
    [InlineData("{}")]
    public void A_row_is_taken_whatever_a_key_of_other_columns_says(string key)
    {
        Assert.Equal(DecodeStatus.Row, _pair.Decode(Events.Bytes(key), Value("u", Row)).Status);
        Assert.Equal(7, _pair.Rows.Values.Columns[0].Int32s[0]);
    }

    [Fact]
    public void A_delete_is_of_the_row_before_it_of_which_only_the_key_is_true()
    {
        // What is not part of the replica's identity is invented, here even for the record's key.
        var value = Value("d", "null", """{"id":7,"account":0,"name":""}""");
        Assert.Equal(DecodeStatus.Row, _pair.Decode("""{"account":0}"""u8.ToArray(), value).Status);
        Assert.Equal(ChangeKind.Delete, _pair.Rows.Metas[0].Kind);
        Assert.Equal(7, _pair.Rows.Values.Columns[0].Int32s[0]);
        Assert.True(_pair.Rows.Values.Columns[1].IsNull(0));
        Assert.True(_pair.Rows.Values.Columns[2].IsNull(0));
    }

    [Fact]
    public void A_delete_without_a_key_is_of_the_row_before_it()
    {
        var value = Value("d", "null", """{"id":7,"account":0,"name":""}""");
        Assert.Equal(DecodeStatus.Row, _pair.Decode(null, value).Status);
        Assert.Equal(7, _pair.Rows.Values.Columns[0].Int32s[0]);
        Assert.True(_pair.Rows.Values.Columns[1].IsNull(0));
        Assert.Equal(RejectReason.MissingKey, _pair.Decode(null, Value("d", "null")).Reason);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("""{"account":3}""")]
    [InlineData("""{"id":null}""")]
    public void A_delete_that_does_not_say_which_row_is_rejected(string before) => Assert.Equal(
        RejectReason.MissingKey,
        _pair.Decode("""{"account":3}"""u8.ToArray(), Value("d", "null", before)).Reason);

    static byte[] Value(string op, string after, string before = "null") =>
        Encoding.UTF8.GetBytes(Events.Value(op, after, before));
}
