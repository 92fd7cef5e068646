using System.Text;
using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>What an event as a whole turns into. Every case goes through both decoders.</summary>
public sealed class ChangeDecoderTests
{
    static readonly TableSchema Schema = Events.Schema(
        WireFormat.Tapline, ("id", "bigint"), ("name", "text"), ("mrr", "numeric(10,2)"));

    readonly DecoderPair _pair = new(Schema);

    [Fact]
    public void An_insert_is_a_row_with_its_place_in_the_source()
    {
        var result = Decode("{\"id\":7}", Events.Value("c", """{"id":7,"name":"Nord GmbH","mrr":"19.99"}"""));

        Assert.Equal(DecodeStatus.Row, result.Status);
        Assert.Equal(
            new ChangeMeta(
                ChangeKind.Create, new SourcePosition(120, 136), 901, 1_777_890_030_123_456, SnapshotMark.None),
            _pair.Rows.Metas[0]);
        AssertCells(0, "7", "Nord GmbH", "19.99");
        Assert.Empty(_pair.Rows.Unavailable);
        Assert.Equal(0, _pair.DeferredCount);
    }

    [Fact]
    public void A_delete_has_the_key_of_its_record_and_nothing_that_before_invents()
    {
        var value = Events.Value("d", "null", before: """{"id":7,"name":"","mrr":"0.00"}""");

        Assert.Equal(DecodeStatus.Row, Decode("{\"id\":70}", value).Status);
        AssertCells(0, "70", null, null);
        Assert.Empty(_pair.Rows.Unavailable);
        Assert.Equal(0, _pair.DeferredCount);
    }

    [Fact]
    public void A_delete_without_a_key_is_rejected_where_the_row_before_it_has_none_either() => AssertRejected(
        RejectReason.MissingKey, null, Events.Value("d", "null", before: """{"name":"","mrr":"0.00"}"""));

    [Fact]
    public void A_delete_in_a_table_without_a_key_is_the_row_before()
    {
        var pair = new DecoderPair(Events.KeylessSchema(("at", "date"), ("actor", "text")));
        var value = Events.Value("d", "null", before: """{"at":"2026-05-04Z","actor":"kim"}""");

        Assert.Equal(DecodeStatus.Row, pair.Decode(null, Events.Bytes(value)).Status);
        Assert.Equal("kim", CellText.Of(pair.Rows.Schema.Columns[1], pair.Rows.Values.Columns[1], 0));
        Assert.Equal(RejectReason.MissingRow, pair.Decode(null, Events.Bytes(Events.Value("d", "null"))).Reason);
    }

    [Fact]
    public void A_null_value_is_a_tombstone() =>
        Assert.Equal(DecodeStatus.Tombstone, _pair.Decode(Events.Bytes("{\"id\":7}"), null).Status);

    [Fact]
    public void A_truncate_adds_no_row_but_says_when()
    {
        Assert.Equal(DecodeStatus.Truncate, Decode(null, Events.Value("t", "null")).Status);
        Assert.Equal(ChangeKind.Truncate, _pair.Rows.LastMeta.Kind);
        Assert.Equal(new SourcePosition(120, 136), _pair.Rows.LastMeta.Position);
        Assert.Equal(0, _pair.Rows.Count);
    }

    [Theory]
    [InlineData("""{"ts_ms":1777890032000}""")]
    [InlineData("""{"op":"m","ts_ms":1,"source":{"lsn":9100},"message":{"prefix":"a","content":"aA=="}}""")]
    [InlineData("""{"status":"BEGIN","id":"901:5120","event_count":null,"data_collections":null,"ts_ms":1}""")]
    public void What_is_no_change_is_ignored(string value) =>
        Assert.Equal(DecodeStatus.Ignored, Decode("{}", value).Status);

    [Theory]
    [InlineData("""{"status":"BEGIN","name":"a"}""")]
    [InlineData("""{"ts_ms":1,"name":"a"}""")]
    [InlineData("[]")]
    [InlineData("17")]
    public void A_row_without_its_envelope_is_not_taken_for_something_to_ignore(string value) =>
        AssertRejected(RejectReason.NotAnEnvelope, "{\"id\":7}", value);

    [Fact]
    public void A_placeholder_in_an_update_is_a_cell_that_the_event_does_not_carry()
    {
        Decode("{\"id\":1}", Events.Value("u", """{"id":1,"name":"a","mrr":null}"""));
        Decode("{\"id\":7}", Events.Value("u", $$"""{"id":7,"name":"{{Events.Placeholder}}","mrr":null}"""));

        Assert.Equal([new UnavailableCell(1, 1)], _pair.Rows.Unavailable);
        AssertCells(1, "7", null, null);
    }

    [Fact]
    public void A_placeholder_that_a_snapshot_reads_is_the_value_itself()
    {
        Decode("{\"id\":7}", Events.Value("r", $$"""{"id":7,"name":"{{Events.Placeholder}}","mrr":null}"""));

        Assert.Empty(_pair.Rows.Unavailable);
        AssertCells(0, "7", Events.Placeholder, null);
    }

    [Fact]
    public void A_field_that_is_absent_is_a_cell_that_the_event_does_not_carry()
    {
        Decode("{\"id\":7}", Events.Value("u", """{"id":7}"""));

        Assert.Equal(
            [new UnavailableCell(0, 1, IsAbsent: true), new UnavailableCell(0, 2, IsAbsent: true)],
            _pair.Rows.Unavailable);
    }

    [Fact]
    public void A_row_taken_away_again_takes_its_unavailable_cells_with_it()
    {
        Decode("{\"id\":1}", Events.Value("u", """{"id":1,"name":"a"}"""));
        Decode("{\"id\":2}", Events.Value("u", """{"id":2,"name":"b"}"""));

        _pair.Rows.RemoveLast();

        Assert.Equal([new UnavailableCell(0, 2, IsAbsent: true)], _pair.Rows.Unavailable);
        Assert.Equal(1, _pair.Rows.Count);
        Assert.Equal(1, _pair.Rows.Values.Count);
    }

    [Fact]
    public void An_unknown_field_with_a_value_means_a_newer_schema_and_a_null_one_means_nothing()
    {
        AssertRejected(
            RejectReason.UnknownColumn, "{\"id\":7}",
            Events.Value("c", """{"id":7,"name":"a","mrr":"1.00","region":"eu"}"""));
        var result = Decode("{\"id\":7}", Events.Value("c", """{"id":7,"name":"a","mrr":"1.00","region":null}"""));
        Assert.Equal(DecodeStatus.Row, result.Status);
    }

    [Theory]
    [InlineData("{\"id\":8}", RejectReason.KeyMismatch)]
    [InlineData("{\"id\":null}", RejectReason.MissingKey)]
    [InlineData("17", RejectReason.MissingKey)]
    [InlineData("{\"id\":\"7\"}", RejectReason.WrongType)]
    [InlineData("{\"id\":7", RejectReason.MalformedJson)]
    [InlineData("", RejectReason.MalformedJson)]
    public void A_key_that_is_not_the_rows_is_rejected(string key, RejectReason reason) =>
        AssertRejected(reason, key, Events.Value("c", """{"id":7,"name":"a","mrr":"1.00"}"""));

    [Fact]
    public void A_row_without_its_key_columns_is_rejected()
    {
        AssertRejected(RejectReason.MissingKey, "{\"id\":7}", Events.Value("c", """{"name":"a","mrr":"1.00"}"""));
        AssertRejected(RejectReason.MissingKey, null, Events.Value("c", """{"id":null,"name":"a","mrr":"1.00"}"""));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    public void A_change_without_a_row_is_rejected(string after) =>
        AssertRejected(RejectReason.MissingRow, "{\"id\":7}", Events.Value("u", after));

    [Theory]
    [InlineData("\"[null,\\\"136\\\"]\"", 0, 136)]
    [InlineData("\"[\\\"120\\\",null]\"", 120, 5120)]
    [InlineData("\" [ \\\"120\\\" , \\\"136\\\" ] \"", 120, 136)]
    [InlineData("null", 0, 5120)]
    public void A_half_of_the_position_may_be_unknown(string sequence, long commit, long lsn)
    {
        var value = Events.Value("c", """{"id":7,"name":"a","mrr":"1.00"}""", source: Events.Source(sequence));

        Assert.Equal(DecodeStatus.Row, Decode("{\"id\":7}", value).Status);
        Assert.Equal(new SourcePosition(commit, lsn), _pair.Rows.Metas[0].Position);
    }

    [Theory]
    [InlineData("\"[]\"")]
    [InlineData("\"[\\\"1\\\"]\"")]
    [InlineData("\"[\\\"1\\\",\\\"2\\\",\\\"3\\\"]\"")]
    [InlineData("\"[1,2]\"")]
    [InlineData("\"[\\\"-1\\\",\\\"2\\\"]\"")]
    [InlineData("\"[\\\"\\\",\\\"2\\\"]\"")]
    [InlineData("17")]
    public void A_position_that_is_no_pair_is_rejected(string sequence) => AssertRejected(
        RejectReason.WrongType, "{\"id\":7}",
        Events.Value("c", """{"id":7,"name":"a","mrr":"1.00"}""", source: Events.Source(sequence)));

    [Theory]
    [InlineData("\"false\"", SnapshotMark.None)]
    [InlineData("null", SnapshotMark.None)]
    [InlineData("false", SnapshotMark.None)]
    [InlineData("true", SnapshotMark.Snapshot)]
    [InlineData("\"true\"", SnapshotMark.Snapshot)]
    [InlineData("\"first_in_data_collection\"", SnapshotMark.Snapshot)]
    [InlineData("\"last\"", SnapshotMark.Snapshot)]
    [InlineData("\"incremental\"", SnapshotMark.Incremental)]
    public void The_snapshot_mark_has_had_several_spellings(string snapshot, SnapshotMark mark)
    {
        var source = Events.Source(snapshot: snapshot);
        Decode("{\"id\":7}", Events.Value("r", """{"id":7,"name":"a","mrr":"1.00"}""", source: source));

        Assert.Equal(mark, _pair.Rows.Metas[0].Snapshot);
    }

    [Fact]
    public void An_event_may_carry_its_schema()
    {
        var schema = """{"type":"struct","fields":[{"type":"int64","optional":false,"field":"id"}],"optional":false}""";
        var value = Events.Value("c", """{"id":7,"name":"a","mrr":"1.00"}""");

        string Whole(string payload) => "{\"schema\":" + schema + ",\"payload\":" + payload + "}";
        var result = Decode(Whole("{\"id\":7}"), Whole(value));

        Assert.Equal(DecodeStatus.Row, result.Status);
        AssertCells(0, "7", "a", "1.00");
        AssertRejected(RejectReason.KeyMismatch, Whole("{\"id\":8}"), Whole(value));
    }

    [Fact]
    public void The_last_of_two_fields_of_one_name_counts()
    {
        Decode("{\"id\":8,\"id\":7}", Events.Value("c", """{"id":1,"name":"a","mrr":"1.00","id":7,"name":"b"}"""));

        AssertCells(0, "7", "b", "1.00");
    }

    [Fact]
    public void Names_are_found_by_what_they_say_however_they_are_spelled()
    {
        var pair = new DecoderPair(Events.Schema(
            WireFormat.Tapline, ("id", "integer"), ("Größe \"x\"", "text"), ("a.b", "text")));
        var value = Events.Value("c", """{"\u0069d":7,"Gr\u00f6\u00dfe \"x\"":"m","a.b":"n"}""");

        Assert.Equal(DecodeStatus.Row, pair.Decode(Events.Bytes("{\"id\":7}"), Events.Bytes(value)).Status);
        Assert.Equal("m", Encoding.UTF8.GetString(pair.Rows.Values.Columns[1].Value(0)));
        Assert.Empty(pair.Rows.Unavailable);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_rejected_and_the_row_taken_back()
    {
        Decode("{\"id\":1}", Events.Value("c", """{"id":1,"name":"\ud83d\ude00","mrr":"1.00"}"""));
        string[] rows =
            ["""{"id":7,"name":"\ud83d"}""", """{"id":7,"name":"\ude00\ud83d"}""", """{"id":7,"\ud83d":1}"""];
        foreach (var row in rows)
            AssertRejected(RejectReason.InvalidUtf8, "{\"id\":7}", Events.Value("c", row));

        AssertCells(0, "1", "😀", "1.00");
        Assert.Equal(1, _pair.Rows.Values.Count);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_rejected_wherever_they_stand()
    {
        var value = Events.Bytes(Events.Value("c", """{"id":7,"name":"a","mrr":"1.00"}"""));
        value[value.AsSpan().IndexOf("postgresql"u8)] = 0xFF;

        Assert.Equal(RejectReason.InvalidUtf8, _pair.Decode(Events.Bytes("{\"id\":7}"), value).Reason);
    }

    [Fact]
    public void What_nests_too_deep_is_rejected()
    {
        string Nested(int depth) => Events.Value(
            "c", "{\"id\":7,\"name\":" + new string('[', depth) + new string(']', depth) + ",\"mrr\":null}");

        Assert.Equal(DecodeStatus.Row, Decode("{\"id\":7}", Nested(62)).Status);
        AssertRejected(RejectReason.MalformedJson, "{\"id\":7}", Nested(63));
        AssertRejected(RejectReason.MalformedJson, "{\"id\":7}", Nested(100_000));
    }

    [Fact]
    public void A_rejection_names_the_column_and_not_the_value()
    {
        var result = Decode("{\"id\":7}", Events.Value("c", """{"id":7,"name":"secret","mrr":"secret"}"""));

        Assert.Equal(RejectReason.WrongType, result.Reason);
        Assert.Contains("mrr", result.Detail);
        Assert.DoesNotContain("secret", result.Detail);
    }

    DecodeResult Decode(string? key, string value) =>
        _pair.Decode(key is null ? null : Events.Bytes(key), Events.Bytes(value));

    void AssertRejected(RejectReason reason, string? key, string value)
    {
        var result = Decode(key, value);
        Assert.Equal((DecodeStatus.Rejected, reason), (result.Status, result.Reason));
    }

    void AssertCells(int row, params string?[] wanted)
    {
        for (var ordinal = 0; ordinal < wanted.Length; ordinal++)
        {
            var found = CellText.Of(Schema.Columns[ordinal], _pair.Rows.Values.Columns[ordinal], row);
            Assert.Equal(wanted[ordinal], found);
        }
    }
}
