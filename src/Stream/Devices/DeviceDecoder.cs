using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Decoding.Values;

namespace Tapline.Streaming.Devices;

/// <summary>Takes the messages of a stream apart: declared fields into their columns, all others as they stand into
/// <c>payload</c>. No field is lost.</summary>
sealed class DeviceDecoder
{
    static readonly Placeholder NoPlaceholder = new(WireFormat.Tapline);

    readonly DeviceLayout _layout;
    readonly NameTable _names; // The fields that are columns by their places, then those of the key that are none.
    readonly ColumnDecoder[] _decoders;
    readonly JsonField[] _fields;
    readonly int[] _key;
    readonly ArrayBufferWriter<byte> _payload = new(512);
    readonly ArrayBufferWriter<byte> _keyText = new(64);

    public DeviceDecoder(DeviceLayout layout)
    {
        _layout = layout;
        string[] columns = [.. layout.Fields.Select(static column => column.Name)];
        string[] names = [.. columns, .. layout.Declared.OnceBy.Except(columns, StringComparer.Ordinal)];
        _names = new NameTable(names);
        _key = [.. layout.Declared.OnceBy.Select(name => Array.IndexOf(names, name))];
        _fields = new JsonField[names.Length];
        // As keys: a text that looks like the placeholder of an absent value is that text.
        _decoders = [.. layout.Fields.Select(static column =>
            new ColumnDecoder(column with { KeyOrdinal = 0 }, WireFormat.Tapline, NoPlaceholder))];
    }

    /// <summary>Adds a message to the columns of its stream, all but the marks. When it is rejected, some columns may
    /// have a part of it.</summary>
    public DecodeResult Append(RecordChunk chunk, in RecordSlot slot, ColumnBatch rows)
    {
        var value = chunk.Value(slot);
        try
        {
            if (!Utf8.IsValid(value) || !Utf8.IsValid(chunk.Key(slot)))
                return DecodeResult.Rejected(RejectReason.InvalidUtf8, "key or value is not UTF-8");
            return TryFind(value)
                ? AppendFields(chunk, slot, value, rows)
                : DecodeResult.Rejected(RejectReason.MalformedJson, "the value is no object");
        }
        catch (JsonException malformed)
        {
            // The reader's own words may quote the message.
            return DecodeResult.Rejected(
                RejectReason.MalformedJson,
                $"not JSON: line {malformed.LineNumber}, byte {malformed.BytePositionInLine}");
        }
    }

    bool TryFind(ReadOnlySpan<byte> value)
    {
        _fields.AsSpan().Clear();
        _payload.ResetWrittenCount();
        var reader = new Utf8JsonReader(value);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = (int)reader.TokenStartIndex;
            var nameLength = reader.ValueSpan.Length + 2;
            var index = reader.ValueIsEscaped ? IndexOfEscaped(ref reader) : _names.IndexOf(reader.ValueSpan);
            reader.Read();
            var kind = JsonKinds.Of(reader.TokenType);
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var field = new JsonField(kind, start, (int)reader.BytesConsumed - start, nameStart, nameLength);
            if (index >= 0)
                _fields[index] = field;
            if (index < 0 || index >= _decoders.Length)
                AddToPayload(value, field);
        }
        reader.Read(); // Throws on more than one value.
        return true;
    }

    DecodeResult AppendFields(RecordChunk chunk, in RecordSlot slot, ReadOnlySpan<byte> value, ColumnBatch rows)
    {
        var result = AppendDevice(chunk, slot, value, rows.Columns[DeviceLayout.DeviceId]);
        for (var i = DeviceLayout.BootId; i < _decoders.Length && result.Status == DecodeStatus.Row; i++)
        {
            // The event time falls back on the time of receipt.
            if (i is not (DeviceLayout.EventTime or DeviceLayout.ReceivedAt))
                result = AppendField(value, i, rows.Columns[i]);
        }
        if (result.Status == DecodeStatus.Row)
            result = AppendTimes(slot, value, rows);
        if (result.Status != DecodeStatus.Row)
            return result;
        var seq = rows.Columns[DeviceLayout.Seq];
        if (!seq.IsNull(seq.Count - 1) && seq.Int64s[^1] < 0)
            return DecodeResult.Rejected(RejectReason.ValueOutOfRange, "field seq: is below 0");
        AppendOrNull(rows.Columns[_layout.Payload], Closed(_payload, "}"u8));
        var isNumbered = !seq.IsNull(seq.Count - 1) && _fields[DeviceLayout.BootId].Kind > JsonKind.Null;
        AppendOrNull(rows.Columns[_layout.Key], isNumbered ? default : KeyOf(value));
        rows.Columns[_layout.Partition].Append(chunk.Partition.Partition);
        rows.Columns[_layout.Partition + 1].Append(slot.Offset);
        return result;
    }

    DecodeResult AppendDevice(RecordChunk chunk, in RecordSlot slot, ReadOnlySpan<byte> value, ColumnBuffer column)
    {
        var field = _fields[DeviceLayout.DeviceId];
        ReadOnlySpan<byte> said = default;
        if (field.Kind > JsonKind.Null && !field.TryText(value, out said))
            return Rejected(RejectReason.InvalidUtf8, field, DeviceLayout.DeviceId);
        var device = slot.KeyLength > 0 ? chunk.Key(slot) : said;
        if (device.IsEmpty)
            return DecodeResult.Rejected(RejectReason.MissingKey, "neither the record's key nor device_id has a value");
        if (field.Kind != JsonKind.Absent && !said.SequenceEqual(device))
            AddToPayload(value, field);
        column.Append(device);
        return DecodeResult.Of(DecodeStatus.Row);
    }

    // Who does not say when a message was received has it from the log; a message without a time of its own is of then.
    DecodeResult AppendTimes(in RecordSlot slot, ReadOnlySpan<byte> value, ColumnBatch rows)
    {
        var (at, received) = (rows.Columns[DeviceLayout.EventTime], rows.Columns[DeviceLayout.ReceivedAt]);
        var result = DecodeResult.Of(DecodeStatus.Row);
        if (_fields[DeviceLayout.ReceivedAt].Kind > JsonKind.Null)
            result = AppendField(value, DeviceLayout.ReceivedAt, received);
        else
            received.Append(slot.TimestampMs * 1000);
        if (result.Status != DecodeStatus.Row)
            return result;
        if (HasTime)
            return AppendField(value, DeviceLayout.EventTime, at);
        at.Append(received.Int64s[^1]);
        return result;
    }

    /// <summary>Whether the last message had a time of its own.</summary>
    public bool HasTime => _fields[DeviceLayout.EventTime].Kind > JsonKind.Null;

    DecodeResult AppendField(ReadOnlySpan<byte> value, int place, ColumnBuffer column)
    {
        var field = _fields[place];
        if (field.Kind <= JsonKind.Null)
        {
            column.AppendNull();
            return DecodeResult.Of(DecodeStatus.Row);
        }
        if (!field.TryText(value, out var text))
            return Rejected(RejectReason.InvalidUtf8, field, place);
        var reason = _decoders[place].Append(column, field.Kind, text);
        return reason == RejectReason.None ? DecodeResult.Of(DecodeStatus.Row) : Rejected(reason, field, place);
    }

    DecodeResult Rejected(RejectReason reason, JsonField field, int place) => DecodeResult.Rejected(
        reason,
        $"field {_layout.Fields[place].Name} at byte {field.Start}: wanted {_decoders[place].Form.Wanted()}, "
        + $"found {field.Kind}");

    // The values of the key's fields as an array; empty when one of them is missing.
    ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> value)
    {
        _keyText.ResetWrittenCount();
        foreach (var index in _key)
        {
            var field = _fields[index];
            if (field.Kind <= JsonKind.Null || !field.TryText(value, out var text))
                return default;
            _keyText.Write(_keyText.WrittenCount == 0 ? "["u8 : ","u8);
            if (field.Kind == JsonKind.String)
                JsonString.Write(text, _keyText);
            else
                _keyText.Write(text);
        }
        return Closed(_keyText, "]"u8);
    }

    void AddToPayload(ReadOnlySpan<byte> value, JsonField field)
    {
        _payload.Write(_payload.WrittenCount == 0 ? "{"u8 : ","u8);
        _payload.Write(value.Slice(field.NameStart, field.NameLength));
        _payload.Write(":"u8);
        _payload.Write(value.Slice(field.Start, field.Length));
    }

    int IndexOfEscaped(ref Utf8JsonReader reader)
    {
        try
        {
            for (var index = 0; index < _names.Count; index++)
            {
                if (reader.ValueTextEquals(_names[index]))
                    return index;
            }
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: no name of ours, and it stays as it is spelled.
        }
        return -1;
    }

    static ReadOnlySpan<byte> Closed(ArrayBufferWriter<byte> text, ReadOnlySpan<byte> end)
    {
        if (text.WrittenCount > 0)
            text.Write(end);
        return text.WrittenSpan;
    }

    static void AppendOrNull(ColumnBuffer column, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            column.AppendNull();
        else
            column.Append(text);
    }
}
