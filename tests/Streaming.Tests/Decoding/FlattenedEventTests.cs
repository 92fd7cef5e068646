using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>Rows that the connector took out of their envelope. Every case goes through both decoders.</summary>
public sealed class FlattenedEventTests
{
    static readonly TableSchema Schema = Events.Schema(
        WireFormat.DebeziumDefault with { Form = EventForm.Flattened },
        ("id", "bigint"), ("name", "text"), ("v", "numeric"));

    readonly DecoderPair _pair = new(Schema);

    [Fact]
    public void A_row_alone_is_an_update_without_a_position()
    {
        Assert.Equal(DecodeStatus.Row, Decode("""{"id":7,"name":"a","v":null}"""));
        Assert.Equal(
            new ChangeMeta(ChangeKind.Update, default, -1, 0, SnapshotMark.None), _pair.Rows.LastMeta);
        Assert.Equal(
            [new UnavailableCell(0, 2) { IsNull = true, IsNullWithoutBase = true }], _pair.Rows.Unavailable);
    }

    [Fact]
    public void The_text_null_is_a_delete()
    {
        Assert.Equal(DecodeStatus.Row, Decode("null"));
        Assert.Equal(ChangeKind.Delete, _pair.Rows.LastMeta.Kind);
        Assert.Equal("7", CellText.Of(Schema.Columns[0], _pair.Rows.Values.Columns[0], 0));
    }

    [Fact]
    public void A_schema_around_null_is_a_delete()
    {
        Assert.Equal(DecodeStatus.Row, Decode("""{"schema":{"type":"struct"},"payload":null}"""));
        Assert.Equal(ChangeKind.Delete, _pair.Rows.LastMeta.Kind);
    }

    [Fact]
    public void A_row_marked_as_deleted_is_a_delete_of_its_key_alone()
    {
        Decode("""{"id":7,"name":"invented","v":null,"__deleted":"true","__op":"d","__lsn":5600}""");

        Assert.Equal(ChangeKind.Delete, _pair.Rows.LastMeta.Kind);
        Assert.True(_pair.Rows.Values.Columns[1].IsNull(0));
    }

    [Fact]
    public void Added_fields_say_what_they_say_in_an_envelope()
    {
        Decode("""
            {"id":7,"name":"a","v":null,"__deleted":"false","__op":"c","__source_sequence":"[\"120\",\"136\"]",
            "__source_ts_us":5000,"__txId":901,"__source_snapshot":"true","__other":[1]}
            """);

        Assert.Equal(
            new ChangeMeta(ChangeKind.Create, new SourcePosition(120, 136), 901, 5000, SnapshotMark.Snapshot),
            _pair.Rows.LastMeta);
        Assert.Empty(_pair.Rows.Unavailable);
    }

    [Fact]
    public void An_lsn_alone_is_no_position()
    {
        Decode("""{"id":7,"name":"a","v":null,"__op":"u","__lsn":5600}""");
        Assert.Equal(default, _pair.Rows.LastMeta.Position);
    }

    [Fact]
    public void Headers_may_say_what_happened()
    {
        _pair.Hints = new EventHints(false, ChangeKind.Read);
        Decode("""{"id":7,"name":"a","v":null}""");

        Assert.Equal(ChangeKind.Read, _pair.Rows.LastMeta.Kind);
        Assert.Empty(_pair.Rows.Unavailable);
    }

    [Fact]
    public void The_prefix_of_added_fields_may_be_another_one()
    {
        var pair = new DecoderPair(Schema with { Format = Schema.Format with { AddedPrefix = "meta_" } });
        var value = """{"id":7,"name":"a","meta_op":"c","__deleted":"false"}""";
        pair.Decode(Events.Bytes("{\"id\":7}"), Events.Bytes(value));

        Assert.Equal(ChangeKind.Create, pair.Rows.LastMeta.Kind);
    }

    [Fact]
    public void An_unknown_field_is_a_newer_schema() => Assert.Equal(
        RejectReason.UnknownColumn,
        _pair.Decode(Events.Bytes("{\"id\":7}"), Events.Bytes("""{"id":7,"name":"a","region":"eu"}""")).Reason);

    [Fact]
    public void An_envelope_among_them_is_read_as_one()
    {
        Decode(Events.Value("c", """{"id":7,"name":"a","v":null}"""));
        Assert.Equal(new SourcePosition(120, 136), _pair.Rows.LastMeta.Position);
        Assert.Equal(DecodeStatus.Ignored, Decode("""{"ts_ms":1777890032000}"""));
    }

    [Theory]
    [InlineData("""{"id":7,"name":"a","v":null,"__deleted":"true"}""", ChangeKind.Delete)]
    [InlineData("""{"id":7,"name":"a","v":null}""", ChangeKind.Update)]
    [InlineData("null", ChangeKind.Delete)]
    public void A_record_that_can_be_nothing_else_needs_no_setting(string value, ChangeKind kind)
    {
        var pair = new DecoderPair(Schema with { Format = WireFormat.Tapline });
        Assert.Equal(DecodeStatus.Row, pair.Decode(Events.Bytes("{\"id\":7}"), Events.Bytes(value)).Status);
        Assert.Equal(kind, pair.Rows.LastMeta.Kind);
    }

    DecodeStatus Decode(string value) => _pair.Decode(Events.Bytes("{\"id\":7}"), Events.Bytes(value)).Status;
}
