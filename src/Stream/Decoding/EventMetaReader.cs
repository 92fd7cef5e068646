using System.Globalization;
using System.Text.Json;
using Tapline.Contracts;

namespace Tapline.Streaming.Decoding;

/// <summary>Reads what an event's <c>source</c> says of the change, by <see cref="Utf8JsonReader"/>.</summary>
sealed class EventMetaReader
{
    readonly JsonField[] _fields = new JsonField[Envelope.SourceNames.Count];

    public bool TryRead(
        ReadOnlySpan<byte> value, JsonField source, ChangeKind kind, out ChangeMeta meta, out DecodeResult rejection)
    {
        meta = default;
        rejection = default;
        if (source.Kind != JsonKind.Object)
        {
            rejection = DecodeResult.Rejected(RejectReason.NotAnEnvelope, "source is not an object");
            return false;
        }
        if (!source.TryFind(value, Envelope.SourceNames, _fields, out var unknown))
        {
            rejection = DecodeResult.Rejected(
                RejectReason.InvalidUtf8, $"half of a surrogate pair in the name at byte {unknown.Start}");
            return false;
        }
        return TryRead(value, kind, out meta, out rejection);
    }

    /// <summary>Reads what a flattened event's added fields say, by <see cref="Envelope.SourceNames"/> under the names
    /// that they have there. Without the pair that orders changes there is no position: an LSN alone goes back and
    /// forth.</summary>
    public bool TryReadAdded(
        ReadOnlySpan<byte> value,
        ReadOnlySpan<JsonField> added,
        ChangeKind kind,
        out ChangeMeta meta,
        out DecodeResult rejection)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            var preferred = added[i];
            _fields[i] = preferred.Kind is JsonKind.Absent or JsonKind.Null ? added[i + _fields.Length] : preferred;
        }
        if (_fields[Envelope.Sequence].Kind is JsonKind.Absent or JsonKind.Null)
            _fields[Envelope.Lsn] = default;
        return TryRead(value, kind, out meta, out rejection);
    }

    bool TryRead(ReadOnlySpan<byte> value, ChangeKind kind, out ChangeMeta meta, out DecodeResult rejection)
    {
        rejection = default;
        var reason = Read(value, kind, out meta, out var culprit);
        if (reason == RejectReason.None)
            return true;
        var field = _fields[culprit];
        rejection = DecodeResult.Rejected(
            reason,
            $"source.{System.Text.Encoding.UTF8.GetString(Envelope.SourceNames[culprit])} at byte {field.Start}: " +
            $"found {field.Kind} of {field.Length} bytes");
        return false;
    }

    RejectReason Read(ReadOnlySpan<byte> value, ChangeKind kind, out ChangeMeta meta, out int culprit)
    {
        meta = default;
        culprit = Envelope.Lsn;
        var reason = ReadNumber(value, Envelope.Lsn, 0, out var lsn);
        if (reason != RejectReason.None)
            return reason;
        culprit = Envelope.TransactionId;
        reason = ReadNumber(value, Envelope.TransactionId, -1, out var transactionId);
        if (reason != RejectReason.None)
            return reason;
        culprit = Envelope.Sequence;
        reason = ReadSequence(value, out var commit, out var change);
        if (reason != RejectReason.None)
            return reason;
        culprit = Envelope.Snapshot;
        reason = ReadSnapshot(value, out var snapshot);
        if (reason != RejectReason.None)
            return reason;
        reason = ReadTimestamp(value, out var timestampUs, out culprit);
        var position = new SourcePosition(commit ?? 0, change ?? lsn);
        meta = new ChangeMeta(kind, position, transactionId, timestampUs, snapshot);
        return reason;
    }

    RejectReason ReadNumber(ReadOnlySpan<byte> value, int index, long whenNull, out long number)
    {
        number = whenNull;
        var field = _fields[index];
        if (field.Kind is JsonKind.Absent or JsonKind.Null)
            return RejectReason.None;
        if (field.Kind != JsonKind.Number)
            return RejectReason.WrongType;
        var text = value.Slice(field.Start, field.Length);
        if (text.ContainsAny((byte)'.', (byte)'e', (byte)'E'))
            return RejectReason.WrongType;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
            ? RejectReason.None
            : RejectReason.ValueOutOfRange;
    }

    RejectReason ReadTimestamp(ReadOnlySpan<byte> value, out long microseconds, out int culprit)
    {
        culprit = Envelope.SourceTimestampUs;
        if (_fields[culprit].Kind is not (JsonKind.Absent or JsonKind.Null))
            return ReadNumber(value, culprit, 0, out microseconds);
        culprit = Envelope.SourceTimestampMs;
        var reason = ReadNumber(value, culprit, 0, out microseconds);
        if (microseconds is < long.MinValue / 1000 or > long.MaxValue / 1000)
            return RejectReason.ValueOutOfRange;
        microseconds *= 1000;
        return reason;
    }

    RejectReason ReadSnapshot(ReadOnlySpan<byte> value, out SnapshotMark mark)
    {
        var field = _fields[Envelope.Snapshot];
        mark = field.Kind == JsonKind.True ? SnapshotMark.Snapshot : SnapshotMark.None;
        if (field.Kind != JsonKind.String)
            return field.Kind is JsonKind.Number or JsonKind.Array or JsonKind.Object
                ? RejectReason.WrongType
                : RejectReason.None;
        if (!field.TryText(value, out var text))
            return RejectReason.InvalidUtf8;
        mark = MarkOf(text);
        return RejectReason.None;
    }

    /// <summary>Besides these two words there are <c>true</c>, <c>first</c>, <c>last</c> and more for one place in a
    /// snapshot or another.</summary>
    internal static SnapshotMark MarkOf(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("false"u8) ? SnapshotMark.None
            : text.SequenceEqual("incremental"u8) ? SnapshotMark.Incremental
            : SnapshotMark.Snapshot;

    /// <summary>Reads <c>["120","136"]</c>, which itself is a string; each half may be null.</summary>
    RejectReason ReadSequence(ReadOnlySpan<byte> value, out long? commit, out long? change)
    {
        (commit, change) = (null, null);
        var field = _fields[Envelope.Sequence];
        if (field.Kind is JsonKind.Absent or JsonKind.Null)
            return RejectReason.None;
        if (field.Kind != JsonKind.String)
            return RejectReason.WrongType;
        if (!field.TryText(value, out var text))
            return RejectReason.InvalidUtf8;
        var reader = new Utf8JsonReader(text);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return RejectReason.WrongType;
        var reason = ReadHalf(ref reader, out commit);
        if (reason == RejectReason.None)
            reason = ReadHalf(ref reader, out change);
        if (reason != RejectReason.None)
            return reason;
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray && !reader.Read()
            ? RejectReason.None
            : RejectReason.WrongType;
    }

    static RejectReason ReadHalf(ref Utf8JsonReader reader, out long? number)
    {
        number = null;
        if (!reader.Read())
            return RejectReason.WrongType;
        if (reader.TokenType == JsonTokenType.Null)
            return RejectReason.None;
        if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped || reader.ValueSpan.IsEmpty ||
            reader.ValueSpan.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return RejectReason.WrongType;
        if (!long.TryParse(reader.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
            return RejectReason.ValueOutOfRange;
        number = parsed;
        return RejectReason.None;
    }
}
